from opentelemetry import trace
from opentelemetry.trace import StatusCode, get_current_span

from tests.telemetry.facts import MS, T0, started
from tests.telemetry.harness import Harness
from tests.telemetry.spans.test_propagation import TRACEPARENT, W3C_IDS


def test_span_is_current_inside_only(harness: Harness) -> None:
    seen: list[int] = []
    harness.observe(started())
    harness.invoke(inside=lambda: seen.append(get_current_span().get_span_context().span_id))
    span = harness.span("tickets-api")
    assert span.context
    assert seen == [span.context.span_id]
    assert get_current_span() is trace.INVALID_SPAN


def test_team_spans_nest(harness: Harness) -> None:
    def work() -> None:
        with harness.telemetry.tracer_provider.get_tracer("service.tickets").start_as_current_span("work"):
            pass

    harness.observe(started())
    harness.invoke(inside=work, trace_context={"traceparent": TRACEPARENT})
    outer, inner = harness.span("tickets-api"), harness.span("work")
    assert inner.parent == outer.context
    assert inner.context
    assert f"{inner.context.trace_id:032x}" == W3C_IDS[0]


def test_team_may_add_to_the_current_span(harness: Harness) -> None:
    def work() -> None:
        span = get_current_span()
        assert span.is_recording()
        span.end()  # the invocation goes on
        span.set_attribute("app.seats", 2)
        span.set_attributes({"app.hall": "A", "faas.coldstart": "never"})
        span.add_event("reserved", {"app.row": 7})
        span.update_name("reserve")
        span.record_exception(KeyError("s3cret"))
        span.set_status(StatusCode.ERROR, "s3cret")

    harness.observe(started())
    harness.invoke(inside=work)
    span = harness.span("reserve")
    attributes = span.attributes or {}
    assert (attributes["app.seats"], attributes["app.hall"], attributes["faas.coldstart"]) == (2, "A", True)
    reserved, exception = span.events
    assert (reserved.name, dict(reserved.attributes or {})) == ("reserved", {"app.row": 7})
    assert (exception.name, dict(exception.attributes or {})) == ("exception", {"exception.type": "KeyError"})
    assert span.status.status_code is StatusCode.ERROR
    assert span.end_time == T0 + 1400 * MS + 4200 * 1000
    assert "s3cret" not in span.to_json()


def test_additions_pass_the_allow_list(harness: Harness) -> None:
    def work() -> None:
        span = get_current_span()
        span.set_attribute("http.request.header.cookie", "s3cret")
        span.add_event("reserved", {"user.email": "s3cret"})
        span.add_link(trace.SpanContext(1, 1, is_remote=False), {"url.query": "s3cret"})

    harness.observe(started())
    harness.invoke(inside=work)
    span = harness.span("tickets-api")
    assert (len(span.events), len(span.links)) == (1, 1)
    assert "s3cret" not in span.to_json()


def test_ended_span_is_deaf(harness: Harness) -> None:
    kept: list[trace.Span] = []
    harness.observe(started())
    harness.invoke(inside=lambda: kept.append(get_current_span()))
    [span] = kept
    assert not span.is_recording()
    span.set_attribute("app.late", value=True)
    span.add_event("late")
    span.add_link(trace.SpanContext(1, 1, is_remote=False))
    span.update_name("late")
    span.set_status(StatusCode.ERROR)
    exported = harness.span("tickets-api")
    assert "app.late" not in (exported.attributes or {})
    assert (exported.events, exported.links) == ((), ())
    assert exported.status.status_code is StatusCode.UNSET


def test_additions_are_bounded(harness: Harness) -> None:
    def work() -> None:
        span = get_current_span()
        for number in range(200):
            span.set_attribute(f"app.{number}", number)
            span.add_event("tick")
            span.add_link(trace.SpanContext(1, 1, is_remote=False))

    harness.observe(started())
    harness.invoke(inside=work)
    span = harness.span("tickets-api")
    assert len([key for key in span.attributes or {} if key.startswith("app.")]) == 128
    assert (len(span.events), len(span.links)) == (128, 128)


def test_t20_name_and_events_of_the_current_span_lose_the_url(harness: Harness) -> None:
    def work() -> None:
        get_current_span().update_name("GET /x?sig=s3cret")
        get_current_span().add_event("asked /x?sig=s3cret")
        get_current_span().add_event("/s3cret")

    harness.observe(started())
    harness.invoke(inside=work)
    [span] = harness.spans
    assert (span.name, [event.name for event in span.events]) == ("GET", ["asked", "event"])
