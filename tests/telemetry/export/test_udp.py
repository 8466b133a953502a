import base64
import json
import socket
from collections.abc import Iterator

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanContext, TraceFlags

from adapter.facts import EnvironmentEnded
from telemetry.export.udp import LARGEST_DATAGRAM, XRayDaemon
from telemetry.pipeline import Telemetry
from telemetry.settings import Address
from telemetry.spans.queue import DroppedSpans
from tests.telemetry.facts import MS, T0, S, answered, invoked, resource, started, startup
from tests.telemetry.harness import ENVIRON
from tests.telemetry.spans.test_propagation import TRACEPARENT, W3C_IDS


@pytest.fixture
def daemon() -> Iterator[socket.socket]:
    """What listens where the X-Ray daemon would."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        listening.bind(("127.0.0.1", 0))
        listening.settimeout(5)
        yield listening


@pytest.fixture
def dropped() -> DroppedSpans:
    return DroppedSpans()


@pytest.fixture
def transport(daemon: socket.socket, dropped: DroppedSpans) -> Iterator[XRayDaemon]:
    transport = XRayDaemon(Address(*daemon.getsockname()), dropped)
    yield transport
    transport.shutdown()


def received(daemon: socket.socket) -> tuple[str, ExportTraceServiceRequest, int]:
    datagram = daemon.recv(65_536)
    head, _, body = datagram.partition(b"\n")
    assert json.loads(head) == {"format": "json", "version": 1}
    request = ExportTraceServiceRequest()
    request.ParseFromString(base64.b64decode(body[3:], validate=True))
    return body[:3].decode(), request, len(datagram)


def all_received(daemon: socket.socket) -> list[tuple[str, int, int]]:
    """Prefix, spans and bytes of each datagram that has come."""
    daemon.setblocking(False)  # noqa: FBT003
    datagrams: list[tuple[str, int, int]] = []
    while True:
        try:
            prefix, request, size = received(daemon)
        except BlockingIOError:
            return datagrams
        [spans] = [scope.spans for resource in request.resource_spans for scope in resource.scope_spans]
        datagrams.append((prefix, len(spans), size))


def span(size: int = 10, flags: int = 1) -> ReadableSpan:
    context = SpanContext(1, 2, is_remote=False, trace_flags=TraceFlags(flags))
    return ReadableSpan("x" * size, context, resource=Resource({}), start_time=1, end_time=2)


def test_spans_of_an_environment_arrive(daemon: socket.socket) -> None:
    host, port = daemon.getsockname()
    environ = {**ENVIRON, "AWS_XRAY_DAEMON_ADDRESS": f"{host}:{port}"}
    telemetry = Telemetry.from_env(environ, write=lambda _: None)
    telemetry.observe(started())
    ready = startup(resources=(resource("model"),))
    telemetry.observe(ready.began)
    telemetry.observe(ready)
    began = invoked(trace_context={"traceparent": TRACEPARENT})
    telemetry.observe(began)
    telemetry.observe(answered(began))
    telemetry.observe(EnvironmentEnded(T0 + 9 * S, 1, 0))
    prefix, request, _ = received(daemon)
    assert prefix == "T1S"
    [of_resource] = request.resource_spans
    attributes = {item.key: item.value.string_value for item in of_resource.resource.attributes}
    assert (attributes["service.name"], attributes["faas.name"]) == ("tickets", "tickets-api")
    assert of_resource.schema_url == "https://opentelemetry.io/schemas/1.44.0"
    [of_scope] = of_resource.scope_spans
    spans = {span.name: span for span in of_scope.spans}
    assert set(spans) == {"tickets-api", "asgi.lifespan.startup", "asgi.lifespan.resource model"}
    server = spans["tickets-api"]
    assert (server.trace_id.hex(), server.parent_span_id.hex()) == W3C_IDS[:2]
    assert (server.start_time_unix_nano, server.end_time_unix_nano) == (
        T0 + 1400 * MS,
        T0 + 1404 * MS + 200_000,
    )
    assert [link.span_id for link in server.links] == [spans["asgi.lifespan.startup"].span_id]


def test_unsampled_spans_travel_apart(daemon: socket.socket, transport: XRayDaemon) -> None:
    transport.export([span(), span(flags=0), span()], deadline=0)
    assert [(prefix, spans) for prefix, spans, _ in all_received(daemon)] == [("T1S", 2), ("T1U", 1)]


@pytest.mark.parametrize(("count", "size"), [(200, 10), (200, 900), (40, 20_000), (3, 40_000)])
def test_datagrams_stay_small(
    daemon: socket.socket, transport: XRayDaemon, dropped: DroppedSpans, count: int, size: int
) -> None:
    transport.export([span(size) for _ in range(count)], deadline=0)
    datagrams = all_received(daemon)
    assert sum(spans for _, spans, _ in datagrams) == count
    assert max(size for _, _, size in datagrams) <= LARGEST_DATAGRAM < 65_507
    assert dropped.total == 0


def test_oversize_span_is_dropped_alone(
    daemon: socket.socket, transport: XRayDaemon, dropped: DroppedSpans
) -> None:
    transport.export([span(), span(70_000), span()], deadline=0)
    assert sum(spans for _, spans, _ in all_received(daemon)) == 2
    assert dropped.total == 1


def test_absent_daemon_raises_nothing(daemon: socket.socket, transport: XRayDaemon) -> None:
    daemon.close()
    for _ in range(3):
        transport.export([span()], deadline=0)


def test_unreachable_address_is_counted(dropped: DroppedSpans) -> None:
    transport = XRayDaemon(Address("255.255.255.255", 2000), dropped)  # broadcast is not allowed
    transport.export([span(), span()], deadline=0)
    transport.shutdown()
    assert dropped.total == 2


def test_exporter_opens_again_after_shutdown(daemon: socket.socket, transport: XRayDaemon) -> None:
    for _ in range(2):
        transport.export([span()], deadline=0)
        transport.shutdown()
    assert len(all_received(daemon)) == 2
