"""The simulated ledger: an exact one agrees, and one that is off by a fifth does not."""

from bench.experiments import World
from bench.ledger_errors import measure


def test_a_ledger_that_is_off_by_a_fifth_is_told_from_an_exact_one() -> None:
    found = measure(World("skewed", "equal", 0.1), 250.0, (200, 200), 10, (1,))
    assert found.shares == (100.0, 0.0, 0.0, 100.0)


def test_a_small_startup_can_hardly_be_told() -> None:
    found = measure(World("heavy-tailed", "lognormal", 0.2), 5.0, (40, 40), 10, (1,))
    assert found.said[1.0, "cannot tell"] >= 8
