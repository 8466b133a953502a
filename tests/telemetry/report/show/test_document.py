"""verdict.json, which programs of other people read."""

from typing import Any

import msgspec
import pytest

from telemetry.report.show.document import document
from tests.telemetry.report.reported import verdict_from
from tests.telemetry.report.simulation import Run

KEYS = [
    "v", "sentence", "headline", "brief", "meaning", "made", "measured_on", "time_split", "imports",
    "arms", "comparisons", "configurations", "completeness", "first_requests", "startup_repeats", "bound",
    "ledger",
    "ledger_sentence", "startup", "resources", "state", "starts", "latency", "invocations",
    "warm_weights", "assignment",
    "progress", "unrecorded", "init_waits", "other_reading", "pings", "unused", "strata", "stratified",
    "population", "decisions", "failures", "failure_differences", "bounds", "percentiles", "notes",
    "not_estimated", "input",
]  # fmt: skip
COMPARISON = [
    "comparator", "baseline", "arm", "estimand", "difference_ms", "low", "high", "level", "df", "times",
    "times_low", "times_high", "mean_ms", "g_eff", "n_environments", "n_requests", "finding",
    "more_environments", "smallest_ms", "any_time", "more_to_tell",
]  # fmt: skip
BOUND = [
    "comparator", "at_most_ms", "low", "high", "level", "df", "k", "with_shutdown", "g_eff",
    "n_environments", "n_requests", "more_environments", "startup_and_shutdown_ms",
]  # fmt: skip
ESTIMANDS = ["user_visible_ms", "billed_ms", "first_request_ms", "warm_request_ms"]


def written(run: Run) -> dict[str, Any]:
    """What a program reads that opens the file."""
    found: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(document(verdict_from(run.lines()))))
    return found


@pytest.fixture(scope="module")
def verdict() -> dict[str, Any]:
    return written(Run())


def test_keys_stay(verdict: dict[str, Any]) -> None:
    assert list(verdict) == KEYS
    assert verdict["v"] == 1
    assert {tuple(found) for found in verdict["comparisons"]} == {tuple(COMPARISON)}
    assert [found["estimand"] for found in verdict["comparisons"]] == ESTIMANDS
    assert list(written(Run(arms={"init": 25}))["bound"]) == BOUND


def test_words_stand_beside_their_numbers(verdict: dict[str, Any]) -> None:
    assert verdict["comparisons"][0]["comparator"] == "stock Mangum (lifespan on every invocation)"
    assert verdict["measured_on"]["text"].startswith("measured on this machine (Test CPU, 2 cores")
    assert list(verdict["resources"][0])[:3] == ["name", "advice", "why"]
    assert verdict["resources"][0]["why"] == "lazy saves less than 20 % of its load, at best"
    assert "reason" not in verdict["resources"][0]
    assert written(Run(arms={"init": 25}))["bound"]["comparator"] == verdict["comparisons"][0]["comparator"]


def test_mismatches_are_sentences() -> None:
    lines = Run().lines()
    lost = next(line for line in lines if '"start":"warm"' in line and '"placement":"init"' in line)
    found = document(verdict_from(line for line in lines if line != lost))
    assert found["starts"]["mismatches"] == ["init: 274 warm recorded, 275 sent"]


def test_what_cannot_be_told_is_null() -> None:
    found = written(Run(arms={"init": 1, "every_invocation": 1}))
    assert found["comparisons"][0]["finding"] == "cannot tell yet"
    assert found["comparisons"][0]["low"] is None
    assert found["comparisons"][0]["df"] is None
    assert found["bound"] is found["assignment"] is found["progress"] is None
