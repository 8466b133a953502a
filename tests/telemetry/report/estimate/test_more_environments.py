from dataclasses import replace

import pytest

from telemetry.report.estimate.comparison import Comparison, compare
from telemetry.report.estimate.more_environments import more_to_tell
from tests.telemetry.report.estimate.test_comparison import NONE, arm


def seen(difference: float, noise: float = 5.0) -> Comparison:
    arms = {"init": arm(20, noise=noise), "first_invocation": arm(20 + difference, noise=noise)}
    return compare({"every_invocation": NONE} | arms, "warm_request_ms")[0]  # type: ignore[arg-type]  # keys


def test_v16_half_the_size_takes_four_times_as_many() -> None:
    large, small = more_to_tell(seen(1.0)), more_to_tell(seen(0.5))
    assert large is not None
    assert small is not None
    assert large.keys() == {"init", "first_invocation"}
    assert (small["init"] + 25) / (large["init"] + 25) == pytest.approx(4, rel=0.02)


def test_size_as_wide_as_the_interval_takes_twice_as_many() -> None:
    found = seen(1.0)
    assert found.high is not None
    margin = found.high - found.difference_ms
    more = more_to_tell(replace(found, difference_ms=margin, low=0.0, high=2 * margin))
    assert more is not None
    assert (more["init"] + 25) / 25 == pytest.approx((2.80 / 1.96) ** 2, rel=0.03)


@pytest.mark.parametrize("difference", [0.0, 10.0])
def test_none_where_nothing_was_seen_or_it_is_told(difference: float) -> None:
    assert more_to_tell(seen(difference)) is None
