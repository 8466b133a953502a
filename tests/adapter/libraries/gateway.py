"""HTTP in front of a function, on loopback: a request becomes an event, and what comes back a response."""

import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from tests.adapter.events import http_event

Respond = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""The function: an event in, what Lambda gets out."""


class Handler(BaseHTTPRequestHandler):
    """One client's connection."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    respond: Respond

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        self._reply(type(self).respond(http_event(self.path, "POST", headers=headers, body=body)))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the standard library's name
        """Keep stderr for failures."""

    def _reply(self, response: Mapping[str, Any]) -> None:
        body = response["body"].encode()
        headers = {**response["headers"], "content-length": str(len(body))}
        self.send_response(response["statusCode"])
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


class Gateway:
    """Hands one request after the other to the function; `url` is where it listens."""

    def __init__(self, respond: Respond) -> None:
        turn = threading.Lock()

        def in_turn(event: Mapping[str, Any]) -> Mapping[str, Any]:
            with turn:
                return respond(event)

        handler = type("Bound", (Handler,), {"respond": staticmethod(in_turn)})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
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
