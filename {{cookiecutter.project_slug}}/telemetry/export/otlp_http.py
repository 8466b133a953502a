"""OTLP over HTTP: protobuf, gzip, one request for each batch, within a deadline.

By the standard library's client, because OpenTelemetry's own exporter brings `requests`, 60 ms of imports,
and because neither it nor any other client limits the lookup of a name.
"""

import contextlib
import http.client
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any, Final, TypeVar

from opentelemetry.sdk.trace import ReadableSpan

from telemetry.export import otlp
from telemetry.export.otlp_headers import OtlpHeaders
from telemetry.settings import Endpoint
from telemetry.spans.queue import DroppedSpans

T = TypeVar("T")

GZIP: Final = 16 + zlib.MAX_WBITS
MAX_RESPONSE: Final = 65_536
"""Bytes of a response that are read."""


class RefusedError(Exception):
    """The endpoint's response was not 2xx."""


class OtlpHttp:
    """The transport by HTTP; its deadline covers the name's lookup and a response that comes byte by byte.

    Each request has a connection of its own: Lambda freezes the process between invocations, and a connection
    that was kept would mostly be dead after that.
    """

    def __init__(self, endpoint: Endpoint, headers: OtlpHeaders, dropped: DroppedSpans) -> None:
        self._endpoint = endpoint
        self._headers = headers
        self._dropped = dropped
        self._fetching = WithDeadline()
        self._sending = WithDeadline()
        self._tls: ssl.SSLContext | None = None

    def prepare(self, deadline: float) -> None:
        """Fetch headers that are kept in AWS, once.

        Raises:
            TimeoutError: That was not done by the deadline.
            Exception: Whatever fetching raises.
        """
        if not self._headers.complete:
            self._fetching.run(self._headers.fetch, deadline)

    def export(self, spans: Sequence[ReadableSpan], deadline: float) -> bool:
        """Send one batch.

        Raises:
            RefusedError: The endpoint's response was not 2xx.
            TimeoutError: There was none by the deadline.
            OSError: Whatever else the connection raises.
        """
        body = zlib.compress(otlp.encoded(spans), wbits=GZIP)
        connection, abandoned = self._connection(deadline), threading.Event()
        try:
            response = self._sending.run(self._request(connection, body, abandoned), deadline)
        finally:
            abandoned.set()  # before the cut: a request without a socket yet looks at it once it has one
            _cut(connection)
        self._dropped.add(otlp.rejected(response))
        return True

    def shutdown(self) -> None:
        """Do nothing: no connection is kept."""

    def _request(
        self, connection: http.client.HTTPConnection, body: bytes, abandoned: threading.Event
    ) -> Callable[[], bytes]:
        headers = {
            "Content-Type": "application/x-protobuf",
            "Content-Encoding": "gzip",
            "User-Agent": "lambda-lifespan",
            **self._headers.all,
        }

        def request() -> bytes:
            connection.connect()
            connection.auto_open = 0  # after the cut it would connect again to send
            if abandoned.is_set():
                connection.close()
                raise TimeoutError
            connection.request("POST", self._endpoint.path, body, headers)
            response = connection.getresponse()
            content = response.read(MAX_RESPONSE)
            if not 200 <= response.status < 300:
                raise RefusedError
            return content

        return request

    def _connection(self, deadline: float) -> http.client.HTTPConnection:
        timeout = max(0.001, deadline - time.monotonic())
        host, port = self._endpoint.host, self._endpoint.port
        if not self._endpoint.secure:
            return http.client.HTTPConnection(host, port, timeout=timeout)
        if self._tls is None:
            self._tls = ssl.create_default_context()
        return http.client.HTTPSConnection(host, port, timeout=timeout, context=self._tls)


class WithDeadline:
    """Runs work that may hang in a thread of its own, one piece at a time, so that the caller can give up.

    Abandoned work runs to completion; until then `run` waits for it, and starts nothing else.
    """

    def __init__(self) -> None:
        self._pending: Future[Any] | None = None

    def run(self, work: Callable[[], T], deadline: float) -> T:
        """Do `work`, and return what it returns or raise what it raises.

        Raises:
            TimeoutError: It, or what was abandoned before, was not done by `deadline` of `time.monotonic`.
        """
        if self._pending is not None:
            self._pending.exception(_seconds_to(deadline))  # waits; the abandoned work's outcome is ignored
            self._pending = None
        done: Future[T] = Future()
        self._pending = done
        threading.Thread(target=_do, args=(work, done), name="telemetry", daemon=True).start()
        try:
            return done.result(_seconds_to(deadline))
        finally:
            if done.done():
                self._pending = None


def _do(work: Callable[[], T], done: "Future[T]") -> None:
    try:
        done.set_result(work())
    except BaseException as error:  # noqa: BLE001 - it is raised in the thread that waits
        done.set_exception(error)


def _seconds_to(deadline: float) -> float:
    return max(0.0, deadline - time.monotonic())


def _cut(connection: http.client.HTTPConnection) -> None:
    """Close a connection, even if another thread is still waiting for it."""
    if connection.sock is not None:
        with contextlib.suppress(OSError):
            connection.sock.shutdown(socket.SHUT_RDWR)
    connection.close()
