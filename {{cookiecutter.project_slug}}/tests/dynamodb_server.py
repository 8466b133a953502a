"""An HTTP server that knows as much of DynamoDB as an empty table does, and who is connected to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread


class EmptyTable(ThreadingHTTPServer):
    """Answers every call with no item."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.connections = 0
        self.calls = 0
        self.left = Event()
        """Set once a caller has closed its connection."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: EmptyTable

    def handle(self) -> None:
        self.server.connections += 1
        super().handle()
        self.server.left.set()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.server.calls += 1
        self.send_response(200)
        self.send_header("content-type", "application/x-amz-json-1.0")
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Say nothing."""


@contextmanager
def empty_table() -> Iterator[EmptyTable]:
    """Serve while the block runs."""
    with EmptyTable() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
