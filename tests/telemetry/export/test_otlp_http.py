"""Every promise of the exporter, against a socket."""

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTracePartialSuccess,
    ExportTraceServiceResponse,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanContext, TraceFlags

from telemetry.export.otlp_headers import OtlpHeaders
from telemetry.export.otlp_http import OtlpHttp, RefusedError, WithDeadline
from telemetry.settings import parse_base
from telemetry.spans.queue import DroppedSpans
from tests.telemetry.export import otlp_endpoint as otlp

SPAN = ReadableSpan(
    "work", SpanContext(1, 2, is_remote=False, trace_flags=TraceFlags(1)), resource=Resource({}), start_time=1
)
LONG = 30.0


def until(seconds: float) -> float:
    return time.monotonic() + seconds


def exporter(url: str, dropped: DroppedSpans | None = None) -> OtlpHttp:
    return OtlpHttp(parse_base(url), OtlpHeaders({"x-api-key": "k=1"}, None), dropped or DroppedSpans())


@pytest.fixture
def dropped() -> DroppedSpans:
    return DroppedSpans()


@pytest.fixture
def unused_url() -> Iterator[str]:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{unused.getsockname()[1]}"


def test_request_is_otlp() -> None:
    with otlp.listening() as endpoint:
        assert exporter(f"{endpoint.url}/base/").export([SPAN, SPAN], until(LONG))
    [received] = endpoint.received
    assert received.path == "/base/v1/traces"
    assert received.names == ["work", "work"]
    headers = received.headers
    assert (headers["content-type"], headers["content-encoding"]) == ("application/x-protobuf", "gzip")
    assert headers["x-api-key"] == "k=1"


@pytest.mark.parametrize("code", [301, 400, 429, 500, 503])
def test_other_statuses_are_refusals(code: int) -> None:
    with otlp.listening(otlp.status(code)) as endpoint, pytest.raises(RefusedError):
        exporter(endpoint.url).export([SPAN], until(LONG))


def test_partial_success_is_counted(dropped: DroppedSpans) -> None:
    partial = ExportTracePartialSuccess(rejected_spans=1)
    body = ExportTraceServiceResponse(partial_success=partial).SerializeToString()
    with otlp.listening(otlp.status(200, body)) as endpoint:
        exporter(endpoint.url, dropped).export([SPAN, SPAN], until(LONG))
    assert dropped.total == 1


def test_nobody_listening_raises(unused_url: str) -> None:
    with pytest.raises(ConnectionRefusedError):
        exporter(unused_url).export([SPAN], until(LONG))


def test_no_answer_raises() -> None:
    with otlp.listening(otlp.close) as endpoint, pytest.raises(ConnectionError):
        exporter(endpoint.url).export([SPAN], until(LONG))


@pytest.mark.parametrize("answer", [otlp.hang, otlp.drip], ids=["hangs", "drips"])
def test_deadline_ends_the_wait(answer: otlp.Answer) -> None:
    with otlp.listening(answer) as endpoint:
        with pytest.raises(TimeoutError):
            exporter(endpoint.url).export([SPAN], until(0.1))
        assert not endpoint.over.is_set()  # the endpoint would have gone on
        assert len(endpoint.received) == 1


def test_next_export_is_not_held_up() -> None:
    with otlp.listening(otlp.hang) as endpoint:
        made = exporter(endpoint.url)
        for _ in range(3):
            with pytest.raises(TimeoutError):
                made.export([SPAN], until(0.1))
    assert len(endpoint.received) == 3


def test_abandoned_request_is_never_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """The name is looked up for longer than the deadline, and then the endpoint is there."""
    found, connected = threading.Event(), threading.Event()
    connect = socket.create_connection

    def slowly(*address: Any, **options: Any) -> socket.socket:
        found.wait()
        opened = connect(*address, **options)
        connected.set()
        return opened

    monkeypatch.setattr(socket, "create_connection", slowly)
    with otlp.listening() as endpoint:
        made = exporter(endpoint.url)
        with pytest.raises(TimeoutError):
            made.export([SPAN], until(0.05))
        found.set()
        assert connected.wait(LONG)
        made.export([SPAN, SPAN], until(LONG))  # waits for what was given up
        assert [received.names for received in endpoint.received] == [["work", "work"]]


@pytest.mark.parametrize(("scheme", "port"), [("http", 80), ("https", 443)])
def test_ipv6_needs_no_port(scheme: str, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[object] = []

    def refuse(address: object, *_: object) -> socket.socket:
        called.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", refuse)
    with pytest.raises(ConnectionRefusedError):
        exporter(f"{scheme}://[::1]").export([SPAN], until(LONG))
    assert called == [("::1", port)]


def test_result_comes_back() -> None:
    assert WithDeadline().run(lambda: 7, time.monotonic() + 30) == 7


def test_exception_comes_back() -> None:
    def work() -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        WithDeadline().run(work, time.monotonic() + 30)


def test_work_that_hangs_is_abandoned() -> None:
    release, aside = threading.Event(), WithDeadline()
    with pytest.raises(TimeoutError):
        aside.run(release.wait, time.monotonic())
    assert not release.is_set()
    with pytest.raises(TimeoutError):  # nothing is started beside it
        aside.run(pytest.fail, time.monotonic())
    release.set()
    assert aside.run(lambda: 7, time.monotonic() + 30) == 7
