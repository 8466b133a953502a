from adapter.facts import EnvironmentEnded, LifespanDied, PlacementChanged
from tests.telemetry.facts import MS, T0, S, invoked, resource, shut_down, started, startup
from tests.telemetry.harness import Harness


def test_failure_is_named_by_type(harness: Harness) -> None:
    harness.observe(started())
    harness.start_up(startup(outcome="failed", error="RuntimeError", resources=(resource(error="OSError"),)))
    assert harness.record("startup")["error"] == "RuntimeError"
    assert harness.record("resource")["error"] == "OSError"
    failure = harness.record("failure")
    assert (failure["phase"], failure["ordinal"], failure["error"]) == ("init", 1, "RuntimeError")
    assert failure["LifespanFailure"] == 1
    assert [line["record"] for line in harness.lines if "_aws" in line] == ["failure"]


def test_shutdown_record_has_its_duration(harness: Harness) -> None:
    harness.observe(started())
    fact = shut_down()
    harness.observe(fact.began)
    harness.observe(fact)
    record = harness.record("shutdown")
    assert (record["ordinal"], record["phase"], record["outcome"]) == (1, "shutdown", "complete")
    assert record["duration_ms"] == 25
    assert "_aws" not in record


def test_failed_shutdown_is_a_failure(harness: Harness) -> None:
    harness.observe(started())
    harness.observe(shut_down(outcome="failed", error="TimeoutError"))
    assert harness.record("shutdown")["error"] == "TimeoutError"
    assert (harness.record("failure")["phase"], harness.record("failure")["error"]) == (
        "shutdown",
        "TimeoutError",
    )


def test_death_is_named_by_type(harness: Harness) -> None:
    harness.observe(started())
    harness.observe(LifespanDied(T0 + 5 * S, 1, "OSError"))
    record = harness.record("death")
    assert (record["at"], record["ordinal"], record["error"]) == ((T0 + 5 * S) // MS, 1, "OSError")
    assert record["LifespanDeath"] == 1


def test_late_and_repeated_inits_say_so(harness: Harness) -> None:
    harness.observe(started()._replace(reinit=True))
    harness.start_up(startup()._replace(deferred=True))
    harness.start_up(startup(ordinal=2))
    first, second = harness.records("startup")
    assert (first["reinit"], first["deferred"]) == (True, True)
    assert second["reinit"] is True
    assert "deferred" not in second


def test_fallback_keeps_the_assigned_placement(harness: Harness) -> None:
    harness.observe(started(placement="every_invocation"))
    reason = "a repeated startup failed"
    harness.observe(PlacementChanged(T0 + 2 * S, "every_invocation", "init", reason, "RuntimeError"))
    record = harness.record("fallback")
    assert (record["placement"], record["in_force"]) == ("every_invocation", "init")
    assert (record["reason"], record["error"]) == (reason, "RuntimeError")
    harness.invoke()
    assert harness.record("invocation")["placement"] == "every_invocation"


def test_end_counts_losses(harness: Harness) -> None:
    harness.observe(started())
    harness.invoke()
    harness.observe(EnvironmentEnded(T0 + 90 * S, 1, 2))
    record = harness.record("end")
    assert (record["invocations"], record["faults"], record["dropped_spans"]) == (1, 2, 0)
    assert harness.lines[-1] == record


def test_each_record_is_one_write(harness: Harness) -> None:
    harness.observe(started())
    harness.start_up(startup(resources=(resource("a\nb"),)))
    harness.invoke(touched={"a\nb": 1})
    for line in harness.out:
        assert line.endswith("}\n")
        assert line.count("\n") == 1


def test_new_process_renames_the_rest(harness: Harness) -> None:
    harness.observe(started())
    first = started(placement="first_invocation")
    harness.observe(first)
    harness.invoke()
    assert harness.record("invocation")["placement"] == "first_invocation"


def test_records_survive_a_missing_start(harness: Harness) -> None:
    harness.start_up()
    harness.invoke()
    assert harness.record("startup")["service"] == "tickets"
    assert harness.record("invocation")["n"] == 1
    assert harness.records("fault") == []


def test_beginnings_write_nothing(harness: Harness) -> None:
    harness.observe(started())
    harness.observe(startup().began)
    harness.observe(invoked())
    assert harness.out == []
