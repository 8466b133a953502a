"""The simulated first requests: a late load is found, and no other."""

from bench.experiments import World
from bench.first_request import measure, table


def test_a_late_load_is_found() -> None:
    found = measure(World("skewed", "equal", 0.1), 60, (1,))
    assert (found.experiments, found.found) == (60, 60)
    assert found.covered > 50
    assert found.false < 10
    assert table([found]).endswith(" |")
    assert "| skewed | 0.1 | 0.1 | 100.0 |" in table([found])
