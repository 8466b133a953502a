"""Spans to an endpoint of OTLP over HTTP: protobuf, gzip, one request for each batch.

The standard library's client does: OpenTelemetry's own exporter brings `requests`, and costs 60 ms to import.
"""

import contextlib
import http.client
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Sequence
from typing import Final

from opentelemetry.sdk.trace import ReadableSpan

from telemetry import otlp
from telemetry.aside import Aside
from telemetry.dropped import Dropped
from telemetry.endpoint import Endpoint
from telemetry.otlp_headers import OtlpHeaders

GZIP: Final = 16 + zlib.MAX_WBITS
MOST_OF_ANSWER: Final = 65_536
"""Bytes; what comes after them is not read."""


class RefusedError(Exception):
    """The endpoint's answer was not 2xx."""


class OtlpExporter:
    """Sends within a deadline, which covers the lookup of the name and an endpoint that answers by drops.

    Each request has a connection of its own: Lambda freezes the process in between, and one that was kept
    would as a rule be dead.
    """

    def __init__(self, endpoint: Endpoint, headers: OtlpHeaders, dropped: Dropped) -> None:
        self._endpoint = endpoint
        self._headers = headers
        self._dropped = dropped
        self._fetching = Aside()
        self._sending = Aside()
        self._tls: ssl.SSLContext | None = None

    def ready(self, until: float) -> None:
        """Have everything at hand that sending takes; raises when that is not so by `until`."""
        if not self._headers.known:
            self._fetching.run(self._headers.fetch, until)

    def export(self, spans: Sequence[ReadableSpan], until: float) -> bool:
        """Send one batch; raises `RefusedError`, `TimeoutError`, or what the connection raises."""
        body = zlib.compress(otlp.encoded(spans), wbits=GZIP)
        connection, given_up = self._connection(until), threading.Event()
        try:
            answer = self._sending.run(self._request(connection, body, given_up), until)
        finally:
            given_up.set()  # first: what has no socket yet asks for this once it has one
            _cut(connection)
        self._dropped.add(otlp.rejected(answer))
        return True

    def shutdown(self) -> None:
        """Nothing stays open."""

    def _request(
        self, connection: http.client.HTTPConnection, body: bytes, given_up: threading.Event
    ) -> Callable[[], bytes]:
        headers = {
            "Content-Type": "application/x-protobuf",
            "Content-Encoding": "gzip",
            "User-Agent": "lambda-lifespan",
            **self._headers.all,
        }

        def request() -> bytes:
            connection.connect()
            connection.auto_open = 0  # once it is cut, it would connect anew to send
            if given_up.is_set():
                connection.close()
                raise TimeoutError
            connection.request("POST", self._endpoint.path, body, headers)
            response = connection.getresponse()
            answer = response.read(MOST_OF_ANSWER)
            if not 200 <= response.status < 300:
                raise RefusedError
            return answer

        return request

    def _connection(self, until: float) -> http.client.HTTPConnection:
        timeout = max(0.001, until - time.monotonic())
        host, port = self._endpoint.host, self._endpoint.port
        if not self._endpoint.secure:
            return http.client.HTTPConnection(host, port, timeout=timeout)
        if self._tls is None:
            self._tls = ssl.create_default_context()
        return http.client.HTTPSConnection(host, port, timeout=timeout, context=self._tls)


def _cut(connection: http.client.HTTPConnection) -> None:
    """Close a connection, also under the hands of a thread that still waits at it."""
    if connection.sock is not None:
        with contextlib.suppress(OSError):
            connection.sock.shutdown(socket.SHUT_RDWR)
    connection.close()
