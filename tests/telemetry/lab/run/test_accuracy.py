"""The test of CPU shares before a run: as many processes as will run at once."""

import pytest

from telemetry.lab.platform.throttle import Throttle
from telemetry.lab.run.accuracy import Accuracy, Share, measured


@pytest.mark.anyio
@pytest.mark.parametrize("at_once", [1, 2])
async def test_share_of_each_is_measured(at_once: int) -> None:
    with Throttle() as throttle:
        found = await measured(throttle, (256,), at_once)
    (share,) = found.shares
    assert (found.at_once, share.memory_mb) == (at_once, 256)
    assert 0 < share.got < 0.3  # asked was 0.145; how exact it is, the machine decides
    assert found.fields()["at_once"] == at_once
    assert 0.5 < found.slowed < 10
    assert (found.slowed == 1) is (at_once == 1)


def test_close_is_close_in_all_sizes() -> None:
    close, far = Share(512, 0.29, 0.3), Share(1024, 0.58, 0.54)
    assert Accuracy((close,), 0.0).close
    assert not Accuracy((close, far), 0.0).close


def test_cores_that_are_threads_of_one_are_not_close() -> None:
    """There a share of CPU time is worth less, as soon as the other thread is busy."""
    exact = (Share(1024, 0.58, 0.58),)
    assert Accuracy(exact, 0.0, at_once=2, slowed=1.04).close
    assert not Accuracy(exact, 0.0, at_once=2, slowed=1.3).close
