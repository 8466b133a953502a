"""The time limit of a test, `timeout` in pyproject.toml, holds for tests that catch what it raises, too.

The adapter catches all that an app raises, as servers must. So an alarm that goes off inside an app would
end in a response, and the test would go on: without a limit, and perhaps to success.
"""

import signal
from collections.abc import Generator
from types import FrameType
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# Both limits are of wall time, and a busy machine exceeds them.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

RAN_OUT = pytest.StashKey[float]()
"""Seconds that the test had."""


@pytest.hookimpl(wrapper=True)
def pytest_timeout_set_timer(item: pytest.Item, settings: Any) -> Generator[None, object, object]:
    """Take a note of the alarm, and repeat it."""
    done = yield
    raise_failure = signal.getsignal(signal.SIGALRM)
    assert callable(raise_failure)

    def alarm(number: int, frame: FrameType | None) -> None:
        __tracebackhide__ = True
        item.stash[RAN_OUT] = settings.timeout
        raise_failure(number, frame)

    signal.signal(signal.SIGALRM, alarm)
    signal.setitimer(signal.ITIMER_REAL, settings.timeout, settings.timeout)
    return done


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Call a test failed that outlived its limit, whatever became of the alarm."""
    report = yield
    limit = item.stash.get(RAN_OUT, None)
    if limit is not None:
        del item.stash[RAN_OUT]  # one failure is enough: setup, call and teardown are reported one by one
        if report.passed:
            report.outcome = "failed"
            report.longrepr = f"took longer than {limit} s, and caught the failure that says so"
    return report
