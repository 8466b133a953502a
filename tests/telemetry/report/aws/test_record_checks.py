from dataclasses import replace
from typing import Any

import pytest

from telemetry.report.aws.deployment import Alias, Deployment
from telemetry.report.aws.findings import Check
from telemetry.report.aws.recent import Endings, Recent, Startups
from telemetry.report.aws.record_checks import record_checks
from tests.telemetry.report.aws.conftest import BUSY, GOOD

SILENT = Recent("1d")
PROVISIONED = replace(GOOD, aliases=(Alias("live", "7", GOOD.variables, provisioned=True),))


def wrong(recent: Recent, of: Deployment = GOOD) -> list[Check]:
    return [check for check in record_checks(of, recent) if check.state != "ok"]


def told(recent: Recent, of: Deployment = GOOD) -> tuple[str, str, str | None]:
    (found,) = wrong(recent, of)
    return found.subject, found.state, found.cause


def startups(**change: Any) -> Recent:
    return replace(BUSY, startups=replace(BUSY.startups, **change))


def endings(**change: Any) -> Recent:
    return replace(BUSY, endings=replace(BUSY.endings, **change))


@pytest.mark.parametrize(
    ("recent", "state", "cause"),
    [
        (SILENT, "broken", "no requests"),
        (endings(reports=0), "broken", "no reports"),
        (replace(SILENT, others=("mail",)), "broken", "records of other services"),
        (replace(SILENT, endings=Endings(reports=4)), "broken", "reports without records"),
    ],
)
def test_missing_records_are_told_by_what_there_is(recent: Recent, state: str, cause: str) -> None:
    assert told(recent) == ("records", state, cause)


def test_missing_log_group_is_told_first() -> None:
    assert told(SILENT, replace(GOOD, log_class=None)) == ("records", "broken", "no log group")


def test_silent_log_is_not_called_fine_in_any_other_respect() -> None:
    assert [check.subject for check in record_checks(GOOD, SILENT)] == ["records"]


@pytest.mark.parametrize(("count", "state"), [(1, "look"), (4, "look"), (5, "broken"), (100, "broken")])
def test_t24_time_outs_are_found(count: int, state: str) -> None:
    assert told(endings(timed_out=count)) == ("timed out", state, "requests timed out")


def test_t24_time_outs_everywhere_are_found_without_any_record() -> None:
    found = wrong(replace(SILENT, endings=Endings(reports=12, timed_out=12)))
    assert [check.cause for check in found] == ["reports without records", "requests timed out"]


def test_crashes_are_found() -> None:
    assert told(endings(crashed=1)) == ("crashed", "look", "requests crashed")
    assert told(endings(crashed=50)) == ("crashed", "broken", "requests crashed")


def test_requests_that_the_adapter_cut_are_found() -> None:
    assert told(replace(BUSY, cut=3)) == ("cut", "look", "requests were cut")


def test_t24_every_failed_startup_is_broken() -> None:
    recent = startups(complete=0, failed=8, errors=("OSError", "KeyError"))
    assert told(recent) == ("startups", "broken", "every startup failed")
    assert wrong(recent)[0].detail == "OSError, KeyError"


def test_some_failed_startups_are_to_be_looked_at() -> None:
    assert told(startups(failed=1)) == ("startups", "look", "some startups failed")


def test_app_without_lifespan_is_to_be_looked_at() -> None:
    assert told(startups(complete=0, unsupported=8)) == ("startups", "look", "no lifespan")


def test_t24_startup_that_leaves_little_of_the_timeout_is_found() -> None:
    recent = startups(slowest_in_request_ms=2200, slowest_init_ms={})
    of = replace(GOOD, timeout_s=3)
    assert told(recent, of) == ("timeout", "look", "startup in a request near the timeout")
    assert wrong(recent, of)[0].detail == "0.8 s"
    assert told(startups(slowest_in_request_ms=2500), of)[1] == "broken"
    assert wrong(recent) == []  # of 30 s


def test_t24_init_that_lambda_would_repeat_counts_against_the_timeout() -> None:
    recent = startups(slowest_init_ms={"on-demand": 2350})
    assert told(recent, replace(GOOD, timeout_s=3)) == ("timeout", "look", "repeated INIT near the timeout")


@pytest.mark.parametrize(
    ("ms", "state", "cause"),
    [(8500, "look", "INIT near its limit"), (12_000, "broken", "INIT over its limit")],
)
def test_init_on_demand_has_ten_seconds(ms: float, state: str, cause: str) -> None:
    assert told(startups(slowest_init_ms={"on-demand": ms})) == ("INIT", state, cause)
    assert told(startups(slowest_init_ms={"": ms})) == ("INIT", state, cause)


@pytest.mark.parametrize("init_type", ["provisioned-concurrency", "snap-start", "lambda-managed-instances"])
def test_t24_init_that_no_request_waits_for_has_130_seconds(init_type: str) -> None:
    assert wrong(startups(slowest_init_ms={init_type: 14_000})) == []
    assert told(startups(slowest_init_ms={init_type: 110_000})) == ("INIT", "look", "INIT near its limit")


@pytest.mark.parametrize("of", [PROVISIONED, replace(GOOD, snapstart=True), replace(GOOD, managed=True)])
def test_t24_configuration_tells_the_limit_where_the_record_does_not(of: Deployment) -> None:
    assert not any(check.state == "broken" for check in wrong(startups(slowest_init_ms={"": 14_000}), of))


def test_t24_provisioned_environments_may_take_what_others_may_not() -> None:
    recent = startups(slowest_init_ms={"provisioned-concurrency": 14_000})
    assert told(recent, PROVISIONED) == ("INIT", "look", "INIT too long on demand")
    spilled = startups(slowest_init_ms={"provisioned-concurrency": 14_000, "on-demand": 9000})
    assert told(spilled, PROVISIONED) == ("INIT", "look", "INIT near its limit")


def test_longer_timeout_is_the_limit_of_init() -> None:
    slow = startups(slowest_init_ms={"provisioned-concurrency": 140_000})
    assert "INIT" in {check.subject for check in wrong(slow, replace(PROVISIONED, timeout_s=30))}
    long = wrong(slow, replace(GOOD, timeout_s=900))
    assert "INIT" not in {check.subject for check in long}


@pytest.mark.parametrize("recent", [startups(cut=1), startups(outlasted=2)])
def test_init_that_was_cut_is_broken(recent: Recent) -> None:
    assert told(recent) == ("INIT", "broken", "INIT was cut")


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        (0.89, None),
        (0.9, ("memory", "look", "memory nearly full")),
        (1.0, ("memory", "broken", "memory ran out")),
    ],
)
def test_memory_near_its_size_is_found(share: float, expected: tuple[str, str, str] | None) -> None:
    recent = endings(memory_share=share)
    assert [told(recent)] == [expected] if expected else wrong(recent) == []


@pytest.mark.parametrize(
    ("change", "subject", "cause"),
    [
        ({"deaths": 1}, "lifespan", "lifespan died"),
        ({"fallbacks": 2, "reasons": ("it failed",)}, "lifespan", "fell back to init"),
        ({"faults": 1, "sinks": ("spans",)}, "telemetry", "telemetry failed"),
        ({"dropped_spans": 9}, "telemetry", "spans were dropped"),
    ],
)
def test_losses_are_to_be_looked_at(change: dict[str, Any], subject: str, cause: str) -> None:
    assert told(replace(BUSY, **change)) == (subject, "look", cause)


def test_nothing_known_of_a_startup_is_nothing_wrong() -> None:
    assert wrong(replace(BUSY, startups=Startups(complete=1))) == []
