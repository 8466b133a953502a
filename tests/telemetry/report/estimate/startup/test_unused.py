"""Environments that served nobody, and what they cost."""

import pytest

from telemetry.report.read.platform.events import PlatformInit
from tests.telemetry.report.log_streams import IMPORTS, STARTUP, Stream, ordinary, results_in, verdict_in
from tests.telemetry.report.reported import results_from
from tests.telemetry.report.simulation import Run


def test_t16_unused_environments_are_counted_with_their_bill() -> None:
    unused = [Stream(f"unused-{number}").assigned().startup() for number in range(3)]
    (found,) = results_in([*ordinary("init", 4), *unused]).unused
    assert (found.placement, found.environments, found.told) == ("init", 3, 3)
    assert found.init_ms == pytest.approx(3 * (IMPORTS + STARTUP))


def test_t16_platforms_word_on_init_goes_before_the_adapters() -> None:
    unused = Stream("unused").assigned().startup()
    unused.add(PlatformInit(1234.0, phase="init", status="success", init_type="provisioned-concurrency"))
    (found,) = results_in([unused]).unused
    assert found.init_ms == 1234.0


def test_t16_unknown_bill_is_said() -> None:
    streams = [*ordinary("first_invocation", 2), Stream("unused", "first_invocation").assigned()]
    verdict = verdict_in(streams)
    assert [(one.environments, one.told) for one in verdict.results.unused] == [(1, 0)]
    note = (
        "1 environment of `first_invocation` started and served no request: what their INIT took is not known"
    )
    assert note in verdict.notes


def test_t16_environments_that_served_pings_or_timed_out_are_used() -> None:
    pinged = Stream("pinged").startup().request(0.05, ping=True)
    timed_out = Stream("late").startup().wait(3000).report("lost", 3000.0, 1000.0, status="timeout")
    assert results_in([pinged, timed_out]).unused == []


def test_lab_has_no_unused_environments() -> None:
    lines = [line for line in Run(arms={"init": 3}).lines() if '"record":"invocation"' not in line]
    assert results_from(lines).unused == []


def test_t15_snapshot_is_no_environment() -> None:
    """One startup as the version is published; each restored environment has an id of its own."""
    published = Stream("publish").startup(init_type="snap-start", startup_id="p1-1")
    restored = []
    for number in range(25):
        stream = Stream(f"restored-{number}", "init")
        stream.environment = f"random-{number}"
        stream.request(5.0, start="snapstart", startup_id="p1-1", report=False)
        restored.append(stream.report(f"restored-{number}-p1-1", 5.0, restore_ms=250.0))
    verdict = verdict_in([published, *restored])
    assert verdict.results.unused == []
    assert verdict.results.bound is not None
    assert "no completed startup" not in verdict.sentence
    (arm,) = verdict.results.arms
    assert (arm.environments, arm.user_visible_ms.value) == (25, 255.0)
