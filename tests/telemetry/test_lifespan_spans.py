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
from tests.telemetry.house import House
from tests.telemetry.made import MS, T0, S, resource, shut_down, started, startup
from tests.telemetry.test_parent import TRACEPARENT

STARTUP = "asgi.lifespan.startup"
SHUTDOWN = "asgi.lifespan.shutdown"


def trace_id(span: ReadableSpan) -> str:
    assert span.context
    return f"{span.context.trace_id:032x}"


def end(house: House) -> None:
    house.observe(EnvironmentEnded(T0 + 90 * S, 1, 0))


def test_startup_has_a_trace_of_its_own(house: House) -> None:
    house.observe(started())
    model = resource("model", MemoryDelta(40, 44, 0))
    house.start_up(
        startup(memory=MemoryDelta(50, 51, 0), resources=(model, resource("pool", error="OSError")))
    )
    assert house.spans == []
    house.invoke()
    whole = house.span(STARTUP)
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
    child = house.span("asgi.lifespan.resource model")
    assert child.parent == whole.context
    assert (child.start_time, child.end_time) == (T0 + 550 * MS, T0 + 850 * MS)
    assert dict(child.attributes or {}) == {
        "lifespan.resource.name": "model",
        "lifespan.resource.cpu_time": 0.2,
        "lifespan.resource.size": 44,
        "lifespan.resource.overlapped": False,
    }
    failed = house.span("asgi.lifespan.resource pool")
    assert (failed.attributes or {})["error.type"] == "OSError"
    assert failed.status.status_code is StatusCode.ERROR


def test_startup_and_first_invocation_link_both_ways(house: House) -> None:
    house.observe(started())
    house.start_up()
    house.invoke(1)
    house.invoke(2)
    [whole] = [span for span in house.spans if span.name == STARTUP]
    first, second = [span for span in house.spans if span.name == "tickets-api"]
    assert trace_id(whole) != trace_id(first)
    assert [link.context for link in whole.links] == [first.context]
    assert [link.context for link in first.links] == [whole.context]
    assert second.links == ()


def test_record_carries_the_startups_trace(house: House) -> None:
    house.observe(started())
    house.start_up()
    written = house.record("startup")["trace_id"]
    house.invoke()
    assert trace_id(house.span(STARTUP)) == written


def test_startup_is_sampled_always() -> None:
    house = House({"OTEL_TRACES_SAMPLER_ARG": "0"})
    house.observe(started())
    house.start_up()
    house.invoke(trace_context={"traceparent": TRACEPARENT[:-2] + "00"})
    assert [span.name for span in house.spans] == [STARTUP]


def test_startup_inside_first_invocation_links_too(house: House) -> None:
    house.observe(started(placement="first_invocation"))
    house.invoke(inside=lambda: house.start_up(startup(T0 + 1401 * MS, phase="invocation")))
    whole, server = house.span(STARTUP), house.span("tickets-api")
    assert whole.parent is None
    assert [link.context for link in whole.links] == [server.context]
    assert [link.context for link in server.links] == [whole.context]
    assert house.record("startup")["trace_id"] == trace_id(whole)


def test_startup_that_ends_in_the_invocation_links_too(house: House) -> None:
    fact = startup()
    house.observe(started())
    house.observe(fact.began)
    house.invoke(inside=lambda: house.observe(fact))
    whole, server = house.span(STARTUP), house.span("tickets-api")
    assert [link.context for link in whole.links] == [server.context]
    assert [link.context for link in server.links] == [whole.context]


def test_repeats_belong_to_their_invocation(house: House) -> None:
    def again() -> None:
        house.start_up(startup(ordinal=2, phase="invocation", resources=(resource(),)))
        began = ShutdownBegan(T0 + 1403 * MS, 2, "invocation")
        house.observe(began)
        house.observe(ShutdownEnded(began, 1 * MS, "complete", None))

    house.observe(started(placement="every_invocation"))
    house.invoke(2, inside=again)
    server = house.span("tickets-api")
    assert house.span(STARTUP).parent == server.context
    assert house.span(SHUTDOWN).parent == server.context
    assert house.span("asgi.lifespan.resource model").parent == house.span(STARTUP).context
    assert server.links == ()
    assert house.record("startup")["trace_id"] == house.record("invocation")["trace_id"]


def test_unsampled_repeats_are_not_sent(house: House) -> None:
    house.observe(started(placement="every_invocation"))
    house.invoke(
        2,
        trace_context={"traceparent": TRACEPARENT[:-2] + "00"},
        inside=lambda: house.start_up(startup(ordinal=2, phase="invocation")),
    )
    assert house.spans == []


def test_shutdown_ends_the_startups_trace(house: House) -> None:
    house.observe(started())
    house.start_up()
    house.invoke()
    fact = shut_down(error="TimeoutError", outcome="failed")
    house.observe(fact.began)
    house.observe(fact)
    end(house)
    last = house.span(SHUTDOWN)
    assert last.parent == house.span(STARTUP).context
    assert (last.start_time, last.end_time) == (T0 + 60 * S, T0 + 60 * S + 25 * MS)
    assert (last.attributes or {})["error.type"] == "TimeoutError"


def test_uninvoked_environment_sends_its_startup(house: House) -> None:
    house.observe(started())
    house.start_up()
    end(house)
    assert house.span(STARTUP).links == ()


def test_uninvoked_environment_may_shut_down_first(house: House) -> None:
    house.observe(started())
    house.start_up()
    fact = shut_down()
    house.observe(fact.began)
    house.observe(fact)
    end(house)
    assert house.span(SHUTDOWN).parent == house.span(STARTUP).context


def test_failed_startup_is_sent_at_once(house: House) -> None:
    house.observe(started())
    house.start_up(startup(outcome="failed", error="RuntimeError"))
    [span] = house.memory.get_finished_spans()
    assert (span.name, (span.attributes or {})["error.type"]) == (STARTUP, "RuntimeError")


def test_snapshot_sends_its_startup_once(house: House) -> None:
    before = started(init_type="snap-start")
    house.observe(before)
    house.start_up()
    house.observe(SnapshotAnnounced(T0 + 2 * S))
    [whole] = house.memory.get_finished_spans()
    assert (whole.name, whole.links) == (STARTUP, ())
    house.observe(EnvironmentStarted(T0 + 3600 * S, before.environment, "init"))
    house.invoke()
    fact = shut_down()
    house.observe(fact.began)
    house.observe(fact)
    assert [span.name for span in house.spans] == [STARTUP, "tickets-api", SHUTDOWN]
    assert [link.context for link in house.span("tickets-api").links] == [whole.context]
    assert house.span(SHUTDOWN).parent == whole.context
    assert house.record("startup")["trace_id"] == trace_id(whole)


def test_forked_process_tells_only_its_own(house: House) -> None:
    house.observe(started())
    house.start_up()
    house.observe(started(T0 + 2 * S))
    house.start_up(startup(T0 + 3 * S))
    house.invoke()
    assert house.span(STARTUP).start_time == T0 + 3 * S


def test_deferred_startup_says_so(house: House) -> None:
    fact = startup()._replace(deferred=True)
    house.observe(started())
    house.observe(fact.began)
    house.observe(StartupDeferred(T0 + 9500 * MS, fact.began))
    house.invoke(inside=lambda: house.observe(fact))
    assert (house.span(STARTUP).attributes or {})["lifespan.deferred"] is True


def test_death_ends_the_wait(house: House) -> None:
    house.observe(started())
    house.start_up()
    house.observe(LifespanDied(T0 + 2 * S, 1, "RuntimeError"))
    house.invoke(inside=lambda: house.start_up(startup(T0 + 1401 * MS, ordinal=2, phase="invocation")))
    first, second = [span for span in house.spans if span.name == STARTUP]
    server = house.span("tickets-api")
    assert (first.parent, first.links) == (None, ())
    assert second.parent == server.context
    assert server.links == ()


def test_shutdown_finds_its_own_startup(house: House) -> None:
    """The first lifespan may outlive a repeat, kept in case that fails."""

    def again() -> None:
        house.start_up(startup(T0 + 1401 * MS, ordinal=2, phase="invocation"))
        for ordinal in (2, 1):
            began = ShutdownBegan(T0 + 1403 * MS, ordinal, "invocation")
            house.observe(began)
            house.observe(ShutdownEnded(began, 1 * MS, "complete", None))

    house.observe(started(placement="every_invocation"))
    house.invoke(1, inside=lambda: house.start_up(startup(T0 + 1401 * MS, phase="invocation")))
    house.invoke(2, inside=again)
    parents = {
        (span.attributes or {})["lifespan.ordinal"]: span.parent
        for span in house.spans
        if span.name == SHUTDOWN
    }
    [first] = [span for span in house.spans if span.name == STARTUP and span.parent is None]
    _, second = [span for span in house.spans if span.name == "tickets-api"]
    assert parents == {2: second.context, 1: first.context}


def test_restart_before_any_invocation_keeps_both(house: House) -> None:
    house.observe(started())
    house.start_up()
    house.start_up(startup(T0 + 5 * S, ordinal=2))
    house.invoke()
    first, second = [span for span in house.spans if span.name == STARTUP]
    assert (first.links, len(second.links)) == ((), 1)


def test_app_without_lifespan_is_met_too(house: House) -> None:
    house.observe(started())
    house.start_up(startup(outcome="unsupported"))
    house.invoke()
    assert len(house.span(STARTUP).links) == 1
