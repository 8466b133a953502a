"""The simulated fleet: what it is like, and that its experiments are judged."""

import numpy as np
import pytest

from bench.fleet import AGE_S, Effects, durations, pool
from bench.fleet_coverage import Cell, measure, table


@pytest.mark.parametrize("newest_first", [True, False])
def test_environments_are_born_serve_and_end(*, newest_first: bool) -> None:
    found = pool(np.random.default_rng(1), 4, 500, bursts=True, newest_first=newest_first)
    assert (np.diff(found.at_s) >= 0).all()
    assert (np.diff(found.born_s) >= 0).all()
    age = found.at_s - found.born_s[found.unit]
    assert age.min() == 0
    assert age.max() <= AGE_S
    assert len(found.at_s) / len(found.born_s) > 2


def test_effects_are_as_put_in() -> None:
    random = np.random.default_rng(2)
    one = pool(random, 4, 500, bursts=False, newest_first=True)
    kept = (np.arange(len(one.born_s)) % 2).astype(np.float64)
    ms, failed = durations(random, one, kept, Effects(first_ms=1e6, fast_failures=0.5), np.zeros(0))
    first = ms[one.first]
    assert first[kept == 0].min() > 1e6 > first[kept == 1].max()
    assert failed[kept[one.unit] == 0].sum() == 0
    assert failed[kept[one.unit] == 1].mean() == pytest.approx(0.5, abs=0.05)


def test_fast_failures_decide_nothing() -> None:
    found = measure(Cell("kept fails fast", 0.5, bursts=True, newest_first=True, sized=True), 3, (1, 2))
    assert (found.experiments, found.wrong, found.right) == (3, 0, 0)
    assert "kept fails fast | 50/50 | bursts | newest first | declared | 0.0" in table([found])
