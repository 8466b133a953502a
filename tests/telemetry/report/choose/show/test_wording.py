"""What is said of a choice."""

from dataclasses import replace

import numpy as np

from telemetry.report.choose.backtest import BackTest, Part
from telemetry.report.choose.levels import Traffic
from telemetry.report.choose.show.terminal import strip
from telemetry.report.choose.show.wording import (
    below,
    headings,
    need_by_day,
    pool_words,
    remarks,
    sentence,
    share,
    traffic_text,
)
from telemetry.report.estimate.intervals import Estimate
from telemetry.workload import Pool
from tests.telemetry.report.choose.outcomes import choice_of, outcome

CHOICE = choice_of([outcome("init", 2.0, 399), outcome("provisioned 1", 12.0, 390)])
DAY = 86400.0


def test_shares_and_ages_are_plain_numbers() -> None:
    assert share(Estimate(1.0, 0.652, 1.0, 0.95)) == "100 %\n65-100"
    assert share(Estimate(0.0000012, None, None, 0.95)) == "0.00012 %"
    assert "ended at an age of 120 h" in pool_words(Pool(600.0, age=5 * DAY))


def test_pings_are_not_counted_as_requests() -> None:
    at = np.arange(1000.0)
    traffic = Traffic(at, np.full(1000, 0.1), 0.0, 1000.0, pings=at >= 200)
    shown = traffic_text(replace(CHOICE, traffic=traffic))
    assert shown == "Traffic: 200 requests in 0.0116 days, 0.2 a second (recorded)."


def test_a_refused_back_test_allows_for_nothing() -> None:
    def told(came: int) -> str:
        test = BackTest([Part(0.0, 1.0, 1000, 6318.0, 10.0, came)], None)
        return " ".join(remarks(replace(CHOICE, back_test=test)))

    assert "6,318 cold starts forecast, 6,200 came" in told(6200)
    assert "Intervals allow" not in told(87)


def test_what_runs_now_is_kept_and_all_else_switched_on() -> None:
    assert sentence(replace(CHOICE, now="init")).startswith("Keep: init. ")
    assert sentence(CHOICE).startswith("Switch on: init. ")


def test_hours_that_were_not_recorded_need_nobody_knows_what() -> None:
    """The first of January 1970 was a Thursday."""
    at = np.arange(0.0, 1.5 * DAY, 60)
    needed = np.zeros(168, np.int64)
    needed[72:108] = 2
    choice = replace(CHOICE, traffic=Traffic(at, np.ones(len(at)), 0.0, 1.5 * DAY - 1), needed=needed)
    days = dict(need_by_day(choice))
    assert list(days["Thu"]) == [2] * 24
    assert list(days["Fri"]) == [2] * 12 + [None] * 12
    lines = list(strip(choice))
    assert "Wed |not recorded" in lines
    assert f"Fri |{'@' * 12}{'?' * 12}| most 2" in lines


def test_one_need_in_every_hour_is_one_line() -> None:
    (line,) = strip(CHOICE)
    assert line == "Environments that 99 % of the requests need: 1, in each hour of the week."


def test_ratios_are_not_headed_as_ms_and_name_what_they_are_of() -> None:
    ratios = replace(CHOICE, relative_to="init")
    assert [word for word in headings(ratios) if "ms" in word or "$" in word] == []
    assert below(ratios) == 'x: times that of "init"; second line: 95 % interval; source: this traffic'
    assert "p50 ms" in headings(CHOICE)
    assert "times" not in below(CHOICE)
