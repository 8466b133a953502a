"""An OTLP endpoint on loopback, that behaves as it is told."""

import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass
class Received:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def request(self) -> ExportTraceServiceRequest:
        request = ExportTraceServiceRequest()
        request.ParseFromString(zlib.decompress(self.body, 16 + zlib.MAX_WBITS))
        return request

    @property
    def names(self) -> list[str]:
        return [
            span.name
            for resource in self.request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]


Answer = Callable[[socket.socket, threading.Event], None]


@dataclass
class OtlpEndpoint:
    port: int
    over: threading.Event = field(default_factory=threading.Event)
    connected: list[float] = field(default_factory=list)
    """When, by `time.perf_counter`, which the lab uses as well."""
    received: list[Received] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def status(code: int, body: bytes = b"") -> Answer:
    def answer(client: socket.socket, _over: threading.Event) -> None:
        client.sendall(b"HTTP/1.1 %d Told\r\nContent-Length: %d\r\n\r\n%s" % (code, len(body), body))

    return answer


def hang(_client: socket.socket, over: threading.Event) -> None:
    over.wait()


def drip(client: socket.socket, over: threading.Event) -> None:
    """Answer, but so slowly that no single read takes long and the whole never ends."""
    client.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    while not over.wait(0.02):
        client.sendall(b"x")


def close(_client: socket.socket, _over: threading.Event) -> None:
    """Answer nothing."""


@contextmanager
def listening(answer: Answer = status(200)) -> Iterator[OtlpEndpoint]:  # noqa: B008 - a function
    with socket.create_server(("127.0.0.1", 0)) as server:
        endpoint = OtlpEndpoint(server.getsockname()[1])
        threading.Thread(target=_serve, args=(server, endpoint, answer), daemon=True).start()
        try:
            yield endpoint
        finally:
            endpoint.over.set()
            server.shutdown(socket.SHUT_RDWR)


def _serve(server: socket.socket, endpoint: OtlpEndpoint, answer: Answer) -> None:
    while True:
        try:
            client, _ = server.accept()
            endpoint.connected.append(time.perf_counter())
        except OSError:
            return
        threading.Thread(target=_talk, args=(client, endpoint, answer), daemon=True).start()


def _talk(client: socket.socket, endpoint: OtlpEndpoint, answer: Answer) -> None:
    with client, client.makefile("rb") as reader:
        try:
            path = reader.readline().decode().split(" ")[1]
            lines = iter(reader.readline, b"\r\n")
            pairs = (line.decode().split(":", 1) for line in lines)
            headers = {name.strip().lower(): value.strip() for name, value in pairs}
            body = reader.read(int(headers["content-length"]))
            endpoint.received.append(Received(path, headers, body))
            answer(client, endpoint.over)
        except (OSError, IndexError):  # the client has given up
            return
