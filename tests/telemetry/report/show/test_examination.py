from dataclasses import replace
from io import StringIO
from typing import Any, get_args

import pytest
from rich.console import Console

from telemetry.report.aws.checks import Cause, Recent, Subject, checks
from telemetry.report.aws.deployment import Alias
from telemetry.report.aws.doctor import Examination
from telemetry.report.show.examination import ADVICE, FOUND, show_examination
from tests.telemetry.report.aws.conftest import GOOD

BUSY = Recent("1d", 100, 100, frozenset({"init"}), 800.0, 1100.0)
STALE = Alias("live", "7", {"LIFESPAN_PLACEMENT": "every_invocation"}, provisioned=False)


def shown(recent: Recent = BUSY, **change: Any) -> str:
    of, out = replace(GOOD, **change), StringIO()
    show_examination(Examination(of, recent, list(checks(of, recent))), Console(width=110, file=out))
    return out.getvalue()


def test_every_finding_has_its_words() -> None:
    assert FOUND.keys() == set(get_args(Subject))
    assert ADVICE.keys() == set(get_args(Cause))


def test_each_check_has_a_line() -> None:
    lines = shown(aliases=(STALE,)).splitlines()
    for subject in get_args(Subject):
        if subject != "alias":
            assert sum(subject in line for line in lines) >= 1
    (alias,) = (line for line in lines if line.startswith("alias live"))
    assert "version 7" in alias
    assert "serves with another LIFESPAN_PLACEMENT than" in alias


def test_good_deployment_needs_nothing() -> None:
    text = shown()
    assert "30 s; slowest startup 0.8 s" in text
    assert "100 requests, 100 report lines since 1d" in text
    assert "broken" not in text


@pytest.mark.parametrize(
    ("change", "advice"),
    [
        ({"application_level": "WARN"}, "set both to INFO"),
        ({"runtime": "python3.11"}, "SIGTERM needs python3.12"),
        ({"variables": {"LIFESPAN_PLACEMENT": "eager"}}, "choices are: init"),
        ({"variables": {"LIFESPAN_EXPERIMENT": "init"}}, "the function cannot start"),
        ({"variables": {"LIFESPAN_PLACEMENT": "first_invocation"}}, "last records are of init"),
        ({"retention_days": None}, "set a number of days"),
        ({"retention_days": 3}, "lose its first days"),
        ({"timeout_s": 1}, "raise Timeout"),
    ],
)
def test_each_fault_has_its_advice(change: dict[str, Any], advice: str) -> None:
    assert advice in " ".join(shown(**change).split())
