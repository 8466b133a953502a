"""HTTP servers in this process, on loopback, that keep their connections: a plain one, and an S3 by moto."""

import itertools
import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, ClassVar, Self

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.test import Client

from tests.adapter.libraries.server import await_true

CONNECTION = "X-Connection"
"""Header of each response: the number of the connection."""


class Handler(BaseHTTPRequestHandler):
    """Serves one connection, for as long as both sides keep it."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    numbers: ClassVar["itertools.count[int]"]
    open: ClassVar[dict[int, socket.socket]]
    answer: ClassVar[Callable[["Handler"], bytes]]

    def setup(self) -> None:
        super().setup()
        self.number = next(self.numbers)
        self.open[self.number] = self.connection

    def finish(self) -> None:
        del self.open[self.number]
        super().finish()

    def do_GET(self) -> None:
        body = type(self).answer(self)
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header(CONNECTION, str(self.number))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.do_GET()  # no body is sent here

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the standard library's name
        """Keep stderr for failures."""


def number(handler: Handler) -> bytes:
    return str(handler.number).encode()


class HttpServer:
    """Responds with the number of the connection, or with what `answer` says."""

    def __init__(self, answer: Callable[[Handler], bytes] = number) -> None:
        self._open: dict[int, socket.socket] = {}
        names = {"numbers": itertools.count(1), "open": self._open, "answer": staticmethod(answer)}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Numbering", (Handler,), names))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def connections(self) -> set[int]:
        return set(self._open)

    def close_connections(self) -> None:
        for connection in [*self._open.values()]:
            connection.shutdown(socket.SHUT_RDWR)
        await_true(lambda: not self._open, "the server keeps its connections")


def s3() -> HttpServer:
    """moto's S3. Its own server closes each connection after one response."""
    moto = Client(DomainDispatcherApplication(create_backend_app))

    def answer(handler: Handler) -> bytes:
        body: bytes = moto.get(handler.path, headers=dict(handler.headers)).data
        return body

    return HttpServer(answer)
