import logging
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.trace import SpanContext
from opentelemetry.trace.propagation import get_current_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from telemetry.spans.propagation import (
    XRAY_VARIABLE,
    TraceRoot,
    parent_of,
    parse_traceparent,
    parse_tracestate,
    parse_xray,
)

TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
XRAY = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"
NO_SPAN = "0" * 16
OTHER_XRAY = "Root=1-65f0a1b2-aaaaaaaaaaaaaaaaaaaaaaaa;Parent=bbbbbbbbbbbbbbbb;Sampled=0"


def ids(context: SpanContext | TraceRoot | None) -> tuple[str, str, bool] | None:
    """Trace, span and decision; a span of zeroes where a trace is named and no span."""
    if context is None:
        return None
    if isinstance(context, TraceRoot):
        return f"{context.trace_id:032x}", NO_SPAN, context.sampled
    return f"{context.trace_id:032x}", f"{context.span_id:016x}", context.trace_flags.sampled


W3C_IDS = ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", True)
XRAY_IDS = ("5759e988bd862e3fe1be46a994272793", "53995c3f42cd8ad8", True)
OTHER_IDS = ("65f0a1b2aaaaaaaaaaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb", False)


@pytest.mark.parametrize(
    ("headers", "environ", "expected"),
    [
        ({"traceparent": TRACEPARENT, "x-amzn-trace-id": XRAY}, {XRAY_VARIABLE: OTHER_XRAY}, W3C_IDS),
        ({"x-amzn-trace-id": XRAY}, {XRAY_VARIABLE: OTHER_XRAY}, XRAY_IDS),
        ({}, {XRAY_VARIABLE: OTHER_XRAY}, OTHER_IDS),
        ({"traceparent": "garbage", "x-amzn-trace-id": XRAY}, {}, XRAY_IDS),
        ({"traceparent": "garbage", "x-amzn-trace-id": "Root=1-no"}, {XRAY_VARIABLE: XRAY}, XRAY_IDS),
        # What API Gateway adds by itself names no parent.
        ({"x-amzn-trace-id": "Root=1-5759e988-bd862e3fe1be46a994272793"}, {XRAY_VARIABLE: XRAY}, XRAY_IDS),
        ({}, {}, None),
    ],
)
def test_sources_have_an_order(
    headers: dict[str, str], environ: dict[str, str], expected: tuple[str, str, bool] | None
) -> None:
    assert ids(parent_of(headers, environ)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "00",
        TRACEPARENT.upper(),
        TRACEPARENT + "-extra",
        "ff" + TRACEPARENT[2:],
        TRACEPARENT.replace("4bf92f3577b34da6a3ce929d0e0e4736", "0" * 32),
        TRACEPARENT.replace("00f067aa0ba902b7", "0" * 16),
        TRACEPARENT.replace("4", "٤"),
        TRACEPARENT + "\n",
        "01" + TRACEPARENT[2:] + "-" + "x" * 600,
    ],
)
def test_malformed_traceparent_is_no_parent(text: str) -> None:
    assert parse_traceparent(text) is None


def test_later_versions_are_read() -> None:
    assert ids(parse_traceparent(f"cc{TRACEPARENT[2:]}-what-comes-then")) == W3C_IDS


@given(st.text() | st.from_regex(r"\A[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}(-.*)?\Z"))
def test_traceparent_is_read_as_opentelemetry_does(text: str) -> None:
    theirs = get_current_span(
        TraceContextTextMapPropagator().extract({"traceparent": text})
    ).get_span_context()
    assert ids(parse_traceparent(text)) == (ids(theirs) if theirs.is_valid else None)


def test_state_travels_with_the_parent() -> None:
    parent = parse_traceparent(TRACEPARENT, "congo=t61rcWkgMzE, rojo=00f067aa0ba902b7,")
    assert parent
    assert parent.trace_state.to_header() == "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7"


@pytest.mark.parametrize(
    "text",
    [
        "secret",
        "a=b=c",
        "Key=1",
        "a=1,a=2",
        "a=é",
        "a=" + "x" * 600,
        ",".join(f"k{n}=1" for n in range(33)),
        ",".join(f"k{n}={'x' * 100}" for n in range(6)),
    ],
)
def test_malformed_state_is_dropped(text: str) -> None:
    assert parse_tracestate(text) is None


@given(st.text() | st.lists(st.from_regex(r"[a-z0-9@/*_-]{1,12}=[ -~]{1,12}"), max_size=40).map(",".join))
def test_callers_state_is_never_logged(text: str) -> None:
    heard: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = heard.append  # type: ignore[assignment,method-assign]
    logger = logging.getLogger("opentelemetry")
    logger.addHandler(handler)
    try:
        parent = parse_traceparent(TRACEPARENT, text)
    finally:
        logger.removeHandler(handler)
    assert ids(parent) == W3C_IDS
    assert heard == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (XRAY, XRAY_IDS),
        (f"{XRAY};Lineage=a87bd80c:0;Self=1-67891234-12456789abcdef012345678", XRAY_IDS),
        (XRAY.replace(";", "; "), XRAY_IDS),
        (XRAY.replace("Sampled=1", "Sampled=?"), (*XRAY_IDS[:2], False)),
        (XRAY.removesuffix(";Sampled=1"), (*XRAY_IDS[:2], False)),
        (XRAY.replace("Parent=53995c3f42cd8ad8", "Parent=0000000000000000"), None),
        (XRAY.replace("Parent=53995c3f42cd8ad8", "Parent=xyz"), None),
        ("Root=1-00000000-000000000000000000000000;Parent=53995c3f42cd8ad8", None),
        ("Root=2-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8", None),
        (XRAY + ";x" * 1000, None),
        ("", None),
        (";;=;", None),
    ],
)
def test_xray_header_forms(text: str, expected: tuple[str, str, bool] | None) -> None:
    assert ids(parse_xray(text)) == expected


@given(st.text() | st.text(alphabet="RootPaensmpld=;-01af?"))
def test_xray_parser_never_raises(text: str) -> None:
    parse_xray(text)


def test_environment_is_read_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(XRAY_VARIABLE, XRAY)
    assert ids(parent_of({}, os.environ)) == XRAY_IDS
    monkeypatch.delenv(XRAY_VARIABLE)
    assert parent_of({}, os.environ) is None


ROOT, PARENT = XRAY.split(";")[:2]
OURS = XRAY_IDS[:2]
LAMBDAS = (XRAY_IDS[0], "00000000000000bb")


@pytest.mark.parametrize("decision", ["", ";Sampled=?", ";Sampled=", ";Lineage=a87bd80c:0"])
@pytest.mark.parametrize(
    ("variable", "lambda_decides", "ratio", "expected"),
    [
        (f"{ROOT};Parent={LAMBDAS[1]};Sampled=1", True, False, (*OURS, True)),
        (f"{ROOT};Parent={LAMBDAS[1]};Sampled=0", True, True, (*OURS, False)),
        (f"{ROOT};Parent={LAMBDAS[1]};Sampled=1", False, False, (*OURS, True)),
        (f"{ROOT};Parent={LAMBDAS[1]};Sampled=0", False, True, (*OURS, True)),
        (OTHER_XRAY, True, True, OTHER_IDS),
        (OTHER_XRAY, False, True, (*OURS, True)),
        (OTHER_XRAY, False, False, (*OURS, False)),
        (OTHER_XRAY.replace("Sampled=0", "Sampled=1"), True, False, (*OTHER_IDS[:2], True)),
        (OTHER_XRAY.replace("Sampled=0", "Sampled=1"), False, False, (*OTHER_IDS[:2], True)),
        (None, True, True, (*OURS, True)),
        (None, False, False, (*OURS, False)),
    ],
)
def test_header_without_a_decision_overrules_none(
    decision: str,
    variable: str | None,
    lambda_decides: bool,  # noqa: FBT001
    ratio: bool,  # noqa: FBT001
    expected: tuple[str, str, bool],
) -> None:
    headers = {"x-amzn-trace-id": f"{ROOT};{PARENT}{decision}"}
    environ = {XRAY_VARIABLE: variable} if variable else {}
    found = parent_of(headers, environ, lambda_decides=lambda_decides, samples=lambda _: ratio)
    assert ids(found) == expected
    assert isinstance(found, SpanContext)
    assert found.is_remote


GATEWAYS = "Root=1-5759e988-bd862e3fe1be46a994272793"
GATEWAYS_TRACE = "5759e988bd862e3fe1be46a994272793"


@pytest.mark.parametrize(
    ("header", "variable", "lambda_decides", "expected"),
    [
        (GATEWAYS, None, True, (GATEWAYS_TRACE, NO_SPAN, True)),
        (GATEWAYS, None, False, (GATEWAYS_TRACE, NO_SPAN, True)),
        # Lambda's trace is the same one: it knows the parent, and decides if it may.
        (GATEWAYS, f"{GATEWAYS};Parent=53995c3f42cd8ad8;Sampled=0", True, (*XRAY_IDS[:2], False)),
        (GATEWAYS, f"{GATEWAYS};Parent=53995c3f42cd8ad8;Sampled=0", False, (GATEWAYS_TRACE, NO_SPAN, True)),
        (GATEWAYS, XRAY, False, XRAY_IDS),
        # It is another one: where that is recorded, there is something to join.
        (GATEWAYS, OTHER_XRAY, True, (GATEWAYS_TRACE, NO_SPAN, True)),
        (GATEWAYS, OTHER_XRAY[:-1] + "1", True, (*OTHER_IDS[:2], True)),
        (GATEWAYS + ";Sampled=0", OTHER_XRAY[:-1] + "1", True, (GATEWAYS_TRACE, NO_SPAN, False)),
        (GATEWAYS + ";Sampled=0", None, True, (GATEWAYS_TRACE, NO_SPAN, False)),
        (GATEWAYS + ";Sampled=?", None, True, (GATEWAYS_TRACE, NO_SPAN, True)),
        # As load balancers write it, which have a part of their own.
        (f"Self=1-65f0a1b2-aaaaaaaaaaaaaaaaaaaaaaaa;{GATEWAYS}", None, True, (GATEWAYS_TRACE, NO_SPAN, True)),
        ("Root=1-00000000-000000000000000000000000", None, True, None),
        ("Root=1-5759e988-bd862e3fe1be46a99427279Z", None, True, None),
        ("Root=1-5759e988-bd862e3fe1be46a99427279", OTHER_XRAY, True, OTHER_IDS),
        (GATEWAYS + ";" + "x" * 1024, None, True, None),
    ],
)
def test_t18_trace_without_a_parent_is_kept(
    header: str,
    variable: str | None,
    lambda_decides: bool,  # noqa: FBT001
    expected: tuple[str, str, bool] | None,
) -> None:
    environ = {XRAY_VARIABLE: variable} if variable else {}
    headers = {"x-amzn-trace-id": header}
    found = parent_of(headers, environ, lambda_decides=lambda_decides, samples=lambda _: True)
    assert ids(found) == expected


@pytest.mark.parametrize(
    ("headers", "variable", "expected"),
    [
        ({"traceparent": TRACEPARENT}, None, None),
        ({"x-amzn-trace-id": XRAY}, None, None),
        ({"x-amzn-trace-id": XRAY}, XRAY, None),  # Lambda has followed the caller
        ({"x-amzn-trace-id": f"{GATEWAYS};sampled=1"}, XRAY, None),
        ({"x-amzn-trace-id": GATEWAYS}, XRAY, XRAY_IDS),  # Lambda has decided
        ({"traceparent": TRACEPARENT}, OTHER_XRAY, OTHER_IDS),
        ({}, XRAY, XRAY_IDS),
    ],
)
def test_t19_untrusted_callers_have_no_say(
    headers: dict[str, str], variable: str | None, expected: tuple[str, str, bool] | None
) -> None:
    environ = {XRAY_VARIABLE: variable} if variable else {}
    assert ids(parent_of(headers, environ, trusts_callers=False)) == expected


@pytest.mark.parametrize("said", [XRAY, XRAY.replace("Sampled=1", "Sampled=0")])
def test_header_with_a_decision_comes_first(said: str) -> None:
    headers, environ = {"x-amzn-trace-id": said}, {XRAY_VARIABLE: OTHER_XRAY}
    for found in (
        parent_of(headers, environ, samples=lambda _: True),
        parent_of(headers, environ, samples=lambda _: False),
    ):
        assert ids(found) == (*XRAY_IDS[:2], said is XRAY)
