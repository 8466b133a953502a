"""A small run of the statistics check; `python -m bench.coverage` is the whole of it."""

import pytest

from bench.coverage import Split, measure
from bench.experiments import World
from telemetry.report.estimate import jackknife


@pytest.mark.parametrize("split", [(20, 20), (380, 20)])
@pytest.mark.parametrize("handler", ["heavy-tailed", "bimodal"])
@pytest.mark.parametrize("invocations", ["equal", "lognormal"])
def test_intervals_cover_the_truth(handler: str, invocations: str, split: Split) -> None:
    found = measure(World(handler, invocations, 0.2), split, 300, (1,))
    for covered in (found.mean, found.difference, found.times, found.nothing):
        assert covered >= 0.91 * found.experiments  # the Monte Carlo error of 95 % is 1.3 %
    assert found.false_verdicts <= 0.09 * found.experiments
    assert found.wrong_way <= 0.01 * found.experiments


def test_same_seed_gives_the_same_counts() -> None:
    world = World("skewed", "geometric", 0.1)
    assert measure(world, (20, 20), 20, (7,)) == measure(world, (20, 20), 20, (7,))


def test_growing_experiment_ends_large_enough() -> None:
    found = measure(World("skewed", "lognormal", 0.2), None, 5, (2,))
    assert found.verdicts == found.experiments == 5


def test_narrower_intervals_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    around = jackknife.around
    monkeypatch.setattr(
        jackknife, "around", lambda value, variance, df, *_, **__: around(value, variance, df, 0.85)
    )
    found = measure(World("skewed", "equal", 0.2), (40, 40), 500, (1,))
    assert found.difference / found.experiments < 0.9
