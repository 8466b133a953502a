from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanKind, StatusCode

from adapter.facts import (
    EnvironmentEnded,
    EnvironmentStarted,
    LifespanDied,
    MemoryDelta,
    ShutdownBegan,
    ShutdownEnded,
    SnapshotAnnounced,
    StartupDeferred,
)
from tests.telemetry.facts import MS, T0, S, resource, shut_down, started, startup
from tests.telemetry.harness import Harness
from tests.telemetry.spans.test_propagation import TRACEPARENT

STARTUP = "asgi.lifespan.startup"
SHUTDOWN = "asgi.lifespan.shutdown"


def trace_id(span: ReadableSpan) -> str:
    assert span.context
    return f"{span.context.trace_id:032x}"


def end(harness: Harness) -> None:
    harness.observe(EnvironmentEnded(T0 + 90 * S, 1, 0))


def test_startup_has_a_trace_of_its_own(harness: Harness) -> None:
    harness.observe(started())
    model = resource("model", MemoryDelta(40, 44, 0))
    harness.start_up(
        startup(memory=MemoryDelta(50, 51, 0), resources=(model, resource("pool", error="OSError")))
    )
    assert harness.spans == []
    harness.invoke()
    whole = harness.span(STARTUP)
    assert whole.kind is SpanKind.INTERNAL
    assert whole.parent is None
    assert (whole.start_time, whole.end_time) == (T0 + 500 * MS, T0 + 1300 * MS)
    assert dict(whole.attributes or {}) == {
        "lifespan.ordinal": 1,
        "lifespan.resource.count": 2,
        "lifespan.state.size": 51,
        "lifespan.environment": "3f0c12345678",
        "lifespan.placement": "init",
    }
    child = harness.span("asgi.lifespan.resource model")
    assert child.parent == whole.context
    assert (child.start_time, child.end_time) == (T0 + 550 * MS, T0 + 850 * MS)
    assert dict(child.attributes or {}) == {
        "lifespan.resource.name": "model",
        "lifespan.resource.cpu_time": 0.2,
        "lifespan.resource.size": 44,
        "lifespan.resource.overlapped": False,
    }
    failed = harness.span("asgi.lifespan.resource pool")
    assert (failed.attributes or {})["error.type"] == "OSError"
    assert failed.status.status_code is StatusCode.ERROR


def test_startup_and_first_invocation_link_both_ways(harness: Harness) -> None:
    harness.observe(started())
    harness.start_up()
    harness.invoke(1)
    harness.invoke(2)
    [whole] = [span for span in harness.spans if span.name == STARTUP]
    first, second = [span for span in harness.spans if span.name == "tickets-api"]
    assert trace_id(whole) != trace_id(first)
    assert [link.context for link in whole.links] == [first.context]
    assert [link.context for link in first.links] == [whole.context]
    assert second.links == ()


def test_record_carries_the_startups_trace(harness: Harness) -> None:
    harness.observe(started())
    harness.start_up()
    written = harness.record("startup")["trace_id"]
    harness.invoke()
    assert trace_id(harness.span(STARTUP)) == written


def test_startup_is_sampled_always() -> None:
    harness = Harness({"OTEL_TRACES_SAMPLER_ARG": "0"})
    harness.observe(started())
    harness.start_up()
    harness.invoke(trace_context={"traceparent": TRACEPARENT[:-2] + "00"})
    assert [span.name for span in harness.spans] == [STARTUP]


def test_startup_inside_first_invocation_links_too(harness: Harness) -> None:
    harness.observe(started(placement="first_invocation"))
    harness.invoke(inside=lambda: harness.start_up(startup(T0 + 1401 * MS, phase="invocation")))
    whole, server = harness.span(STARTUP), harness.span("tickets-api")
    assert whole.parent is None
    assert [link.context for link in whole.links] == [server.context]
    assert [link.context for link in server.links] == [whole.context]
    assert harness.record("startup")["trace_id"] == trace_id(whole)


def test_startup_that_ends_in_the_invocation_links_too(harness: Harness) -> None:
    fact = startup()
    harness.observe(started())
    harness.observe(fact.began)
    harness.invoke(inside=lambda: harness.observe(fact))
    whole, server = harness.span(STARTUP), harness.span("tickets-api")
    assert [link.context for link in whole.links] == [server.context]
    assert [link.context for link in server.links] == [whole.context]


def test_repeats_belong_to_their_invocation(harness: Harness) -> None:
    def again() -> None:
        harness.start_up(startup(ordinal=2, phase="invocation", resources=(resource(),)))
        began = ShutdownBegan(T0 + 1403 * MS, 2, "invocation")
        harness.observe(began)
        harness.observe(ShutdownEnded(began, 1 * MS, "complete", None))

    harness.observe(started(placement="every_invocation"))
    harness.invoke(2, inside=again)
    server = harness.span("tickets-api")
    assert harness.span(STARTUP).parent == server.context
    assert harness.span(SHUTDOWN).parent == server.context
    assert harness.span("asgi.lifespan.resource model").parent == harness.span(STARTUP).context
    assert server.links == ()
    assert harness.record("startup")["trace_id"] == harness.record("invocation")["trace_id"]


def test_unsampled_repeats_are_not_sent(harness: Harness) -> None:
    harness.observe(started(placement="every_invocation"))
    harness.invoke(
        2,
        trace_context={"traceparent": TRACEPARENT[:-2] + "00"},
        inside=lambda: harness.start_up(startup(ordinal=2, phase="invocation")),
    )
    assert harness.spans == []


def test_shutdown_ends_the_startups_trace(harness: Harness) -> None:
    harness.observe(started())
    harness.start_up()
    harness.invoke()
    fact = shut_down(error="TimeoutError", outcome="failed")
    harness.observe(fact.began)
    harness.observe(fact)
    end(harness)
    last = harness.span(SHUTDOWN)
    assert last.parent == harness.span(STARTUP).context
    assert (last.start_time, last.end_time) == (T0 + 60 * S, T0 + 60 * S + 25 * MS)
    assert (last.attributes or {})["error.type"] == "TimeoutError"


def test_uninvoked_environment_sends_its_startup(harness: Harness) -> None:
    harness.observe(started())
    harness.start_up()
    end(harness)
    assert harness.span(STARTUP).links == ()


def test_uninvoked_environment_may_shut_down_first(harness: Harness) -> None:
    harness.observe(started())
    harness.start_up()
    fact = shut_down()
    harness.observe(fact.began)
    harness.observe(fact)
    end(harness)
    assert harness.span(SHUTDOWN).parent == harness.span(STARTUP).context


def test_failed_startup_is_sent_at_once(harness: Harness) -> None:
    harness.observe(started())
    harness.start_up(startup(outcome="failed", error="RuntimeError"))
    [span] = harness.memory.get_finished_spans()
    assert (span.name, (span.attributes or {})["error.type"]) == (STARTUP, "RuntimeError")


def test_snapshot_sends_its_startup_once(harness: Harness) -> None:
    before = started(init_type="snap-start")
    harness.observe(before)
    harness.start_up()
    harness.observe(SnapshotAnnounced(T0 + 2 * S))
    [whole] = harness.memory.get_finished_spans()
    assert (whole.name, whole.links) == (STARTUP, ())
    harness.observe(EnvironmentStarted(T0 + 3600 * S, before.environment, "init"))
    harness.invoke()
    fact = shut_down()
    harness.observe(fact.began)
    harness.observe(fact)
    assert [span.name for span in harness.spans] == [STARTUP, "tickets-api", SHUTDOWN]
    assert [link.context for link in harness.span("tickets-api").links] == [whole.context]
    assert harness.span(SHUTDOWN).parent == whole.context
    assert harness.record("startup")["trace_id"] == trace_id(whole)


def test_forked_process_exports_only_its_own(harness: Harness) -> None:
    harness.observe(started())
    harness.start_up()
    harness.observe(started(T0 + 2 * S))
    harness.start_up(startup(T0 + 3 * S))
    harness.invoke()
    assert harness.span(STARTUP).start_time == T0 + 3 * S


def test_deferred_startup_says_so(harness: Harness) -> None:
    fact = startup()._replace(deferred=True)
    harness.observe(started())
    harness.observe(fact.began)
    harness.observe(StartupDeferred(T0 + 9500 * MS, fact.began))
    harness.invoke(inside=lambda: harness.observe(fact))
    assert (harness.span(STARTUP).attributes or {})["lifespan.deferred"] is True


def test_death_ends_the_wait(harness: Harness) -> None:
    harness.observe(started())
    harness.start_up()
    harness.observe(LifespanDied(T0 + 2 * S, 1, "RuntimeError"))
    harness.invoke(inside=lambda: harness.start_up(startup(T0 + 1401 * MS, ordinal=2, phase="invocation")))
    first, second = [span for span in harness.spans if span.name == STARTUP]
    server = harness.span("tickets-api")
    assert (first.parent, first.links) == (None, ())
    assert second.parent == server.context
    assert server.links == ()


def test_shutdown_finds_its_own_startup(harness: Harness) -> None:
    """The first lifespan may outlive a repeat, kept in case that fails."""

    def again() -> None:
        harness.start_up(startup(T0 + 1401 * MS, ordinal=2, phase="invocation"))
        for ordinal in (2, 1):
            began = ShutdownBegan(T0 + 1403 * MS, ordinal, "invocation")
            harness.observe(began)
            harness.observe(ShutdownEnded(began, 1 * MS, "complete", None))

    harness.observe(started(placement="every_invocation"))
    harness.invoke(1, inside=lambda: harness.start_up(startup(T0 + 1401 * MS, phase="invocation")))
    harness.invoke(2, inside=again)
    parents = {
        (span.attributes or {})["lifespan.ordinal"]: span.parent
        for span in harness.spans
        if span.name == SHUTDOWN
    }
    [first] = [span for span in harness.spans if span.name == STARTUP and span.parent is None]
    _, second = [span for span in harness.spans if span.name == "tickets-api"]
    assert parents == {2: second.context, 1: first.context}


def test_restart_before_any_invocation_keeps_both(harness: Harness) -> None:
    harness.observe(started())
    harness.start_up()
    harness.start_up(startup(T0 + 5 * S, ordinal=2))
    harness.invoke()
    first, second = [span for span in harness.spans if span.name == STARTUP]
    assert (first.links, len(second.links)) == ((), 1)


def test_app_without_lifespan_is_linked_too(harness: Harness) -> None:
    harness.observe(started())
    harness.start_up(startup(outcome="unsupported"))
    harness.invoke()
    assert len(harness.span(STARTUP).links) == 1
