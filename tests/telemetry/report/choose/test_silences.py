"""Long silences: whose clock is wrong, and what is of another time."""

import numpy as np
import pytest

from telemetry.report.choose.silences import longest, silence_note, together
from telemetry.report.errors import UnusableError

DAY = 86400.0
WEEK = np.linspace(0, 7 * DAY, 1000)


def test_the_longest_silence_has_its_ends() -> None:
    silence = longest(np.asarray([0.0, 1.0, 5.0, 6.0]))
    assert (silence.begin, silence.end, silence.after) == (1.0, 5.0, 2)
    assert longest(np.asarray([3.0])).seconds == 0


def test_all_of_one_time_is_kept() -> None:
    assert together(WEEK) == slice(0, 1000)
    weekend = np.concatenate([WEEK, 9.6 * DAY + WEEK])
    assert together(weekend) == slice(0, 2000)


def test_strays_on_both_sides_are_left_out() -> None:
    at = np.concatenate([[-20_000 * DAY, -20_000 * DAY + 5], WEEK, [400 * DAY, 900 * DAY]])
    assert together(at) == slice(2, 1002)


def test_two_times_are_refused_with_the_days_between() -> None:
    with pytest.raises(UnusableError, match=r"from 1970-01-08 00:00 to 1970-02-10 00:00 \(33 days\)"):
        together(np.concatenate([WEEK, 40 * DAY + WEEK]))


def test_a_moment_of_no_calendar_is_named_by_its_second() -> None:
    with pytest.raises(UnusableError, match=r"to second 1000000000000000 "):
        together(np.concatenate([WEEK, 1e15 + WEEK]))


def test_a_silence_is_told_where_many_requests_would_have_come() -> None:
    at = np.concatenate([WEEK, 9.5 * DAY + WEEK])
    assert "1970-01-08 00:00 to 1970-01-10 12:00 (2.5 days)" in (silence_note(at, 16.5 * DAY) or "")
    assert silence_note(WEEK, 7 * DAY) is None
    assert silence_note(np.asarray([0.0, 5 * DAY, 9 * DAY]), 9 * DAY) is None
