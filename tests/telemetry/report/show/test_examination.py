from dataclasses import replace
from io import StringIO
from typing import Any, get_args

import pytest
from rich.console import Console

from telemetry.report.aws.checks import checks
from telemetry.report.aws.deployment import Alias
from telemetry.report.aws.doctor import Examination
from telemetry.report.aws.findings import Cause, Subject
from telemetry.report.aws.recent import Recent
from telemetry.report.show.examination import FOUND, show_examination
from telemetry.report.show.remedies import REMEDIES
from tests.telemetry.report.aws.conftest import BUSY, GOOD

STALE = Alias("live", "7", {"LIFESPAN_PLACEMENT": "every_invocation"}, provisioned=False)


def shown(recent: Recent = BUSY, **change: Any) -> str:
    of, out = replace(GOOD, **change), StringIO()
    show_examination(Examination(of, recent, list(checks(of, recent))), Console(width=110, file=out))
    return out.getvalue()


def test_every_finding_has_its_words() -> None:
    assert FOUND.keys() == set(get_args(Subject))
    assert REMEDIES.keys() == set(get_args(Cause))


def test_each_check_has_a_line() -> None:
    lines = shown(aliases=(STALE,)).splitlines()
    for subject in get_args(Subject):
        if subject != "alias":
            assert sum(line.startswith(subject) for line in lines) >= 1
    (alias,) = (line for line in lines if line.startswith("alias live"))
    assert "version 7" in alias
    assert "serves with another LIFESPAN_PLACEMENT" in alias


def test_good_deployment_needs_nothing() -> None:
    text = " ".join(shown().split())
    assert "30 s; slowest INIT 1.1 s, 4% of it" in text
    assert "slowest 1.1 s; the limit is 10 s" in text
    assert "100 requests, 100 report lines since 1d" in text
    assert "1024 MB; at most 40% used" in text
    assert "broken" not in text
    assert "look" not in text


@pytest.mark.parametrize(
    ("change", "advice"),
    [
        ({"application_level": "WARN"}, "set both to INFO"),
        ({"runtime": "python3.11"}, "SIGTERM needs python3.12"),
        ({"variables": {"LIFESPAN_PLACEMENT": "eager"}}, "choices are: init"),
        ({"variables": {"LIFESPAN_EXPERIMENT": "init"}}, "the function cannot start"),
        ({"variables": {"LIFESPAN_PLACEMENT": "first_invocation"}}, "last records are of init"),
        ({"variables": {"LIFESPAN_WRITE_EVERY": "all"}}, "correct LIFESPAN_WRITE_EVERY"),
        ({"retention_days": None}, "set a number of days"),
        ({"retention_days": 3}, "lose its first days"),
        ({"timeout_s": 1}, "raise Timeout"),
        ({"timeout_s": 60, "api_limit_s": 29}, "after 29 s callers get an error"),
        ({"reserved": 0}, "every request is refused"),
        ({"refused": ("lambda:GetFunctionConcurrency",)}, "for want of lambda:GetFunctionConcurrency"),
        ({"log_class": None}, f"{GOOD.log_group} is not there"),
        ({"log_class": "INFREQUENT_ACCESS"}, "another log group of the class STANDARD"),
        ({"log_format": "Text"}, "set LogFormat to JSON"),
        ({"traced": False}, "OTEL_SDK_DISABLED to true"),
        ({"state": "Failed", "failure": "it has {no} image"}, "it has {no} image"),
    ],
)
def test_each_fault_has_its_advice(change: dict[str, Any], advice: str) -> None:
    out = StringIO()
    of = replace(GOOD, **change)
    show_examination(Examination(of, BUSY, list(checks(of, BUSY))), Console(width=4000, file=out))
    assert advice in " ".join(shown(**change).split()) or advice in out.getvalue()


@pytest.mark.parametrize(
    ("recent", "words"),
    [
        (replace(BUSY, cut=3), "cut look 3 of 100 requests"),
        (replace(BUSY, others=("mail",)), "since 1d; also of mail"),
        (replace(BUSY, deaths=2), "died 2 times"),
        (replace(BUSY, faults=1), "1 faults, 0 spans dropped"),
        (replace(BUSY, startups=replace(BUSY.startups, outlasted=2)), "2 outlasted it; slowest 1.1 s"),
    ],
)
def test_records_are_shown_by_their_numbers(recent: Recent, words: str) -> None:
    assert words in " ".join(shown(recent).split())
