from datetime import UTC, datetime

import pytest

from telemetry.report.aws.period import period
from telemetry.report.errors import UnusableError

NOW = datetime(2026, 11, 24, 10, 20, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("since", "start"),
    [
        ("90m", "2026-11-24T08:00"),
        ("12h", "2026-11-23T22:00"),
        ("7d", "2026-11-17T10:00"),
        ("2w", "2026-11-10T10:00"),
        ("2026-11-01", "2026-11-01T00:00"),
        ("2026-11-24T08:59:59+01:00", "2026-11-24T07:00"),
    ],
)
def test_since_is_ago_or_a_date(since: str, start: str) -> None:
    assert period(since, None, NOW).start == datetime.fromisoformat(start).replace(tzinfo=UTC)


def test_windows_are_whole_hours() -> None:
    windows = list(period("2h", None, NOW).windows())
    assert [window.start.hour for window in windows] == [8, 9, 10]
    assert windows[-1].end == NOW
    assert windows[0].last_ms + 1 == windows[1].start_ms


def test_running_window_is_not_settled() -> None:
    assert [window.settled for window in period("2h", None, NOW).windows()] == [True, True, False]


def test_late_lines_are_waited_for() -> None:
    now = NOW.replace(minute=14)
    assert [window.settled for window in period("2h", None, now).windows()] == [True, False, False]


def test_cut_window_is_not_settled() -> None:
    windows = list(period("2026-11-20T10:00", "2026-11-20T11:30", NOW).windows())
    assert [window.settled for window in windows] == [True, False]


def test_until_is_never_in_the_future() -> None:
    assert period("1h", "2030-01-01", NOW).end == NOW


@pytest.mark.parametrize(
    ("since", "until"),
    [
        ("soon", None),
        ("7", None),
        ("1h", "2h"),
        ("2030-01-01", None),
        ("", None),
        ("999999d", None),
        ("9" * 5000 + "w", None),
    ],
)
def test_no_time_at_all_is_refused(since: str, until: str | None) -> None:
    with pytest.raises(UnusableError, match="--since"):
        period(since, until, NOW)
