"""An HTTP/1.1 server connection for Lambda's runtime clients and extensions; h11 knows the protocol."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final, TypeAlias, cast

import h11

LARGEST_HEAD: Final = 2 * 1024 * 1024
"""Bytes. A runtime client may send a stack trace of up to 1 MiB in a header."""
LARGEST_BODY: Final = 64 * 1024 * 1024
"""Bytes of one request, beyond which the connection is closed."""


@dataclass(frozen=True, slots=True)
class Request:
    """A whole request."""

    method: str
    path: str
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    received_at: float
    """`time.perf_counter()` when its last byte was there."""


@dataclass(frozen=True, slots=True)
class Response:
    """An answer in JSON."""

    status: HTTPStatus
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    def parts(self) -> tuple[h11.Response, h11.Data, h11.EndOfMessage]:
        """Return the response as h11 sends it."""
        headers = [
            *self.headers.items(),
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(self.body))),
        ]
        head = h11.Response(status_code=self.status, reason=self.status.phrase.encode(), headers=headers)
        return head, h11.Data(self.body), h11.EndOfMessage()


Respond: TypeAlias = Callable[[Response], None]
"""Answers a request, at once or later; does nothing when the client has gone."""
Serve: TypeAlias = Callable[[Request, Respond], None]


class Connection(asyncio.Protocol):
    """One client's connection. Its requests are served one after the other."""

    def __init__(self, serve: Serve, connections: set["Connection"]) -> None:
        self._serve = serve
        self._connections = connections
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=LARGEST_HEAD)
        self._head: h11.Request
        self._body = bytearray()
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back to the client."""
        self._transport = cast("asyncio.Transport", transport)
        self._connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 # asyncio's signature
        """Forget the client."""
        self._connections.discard(self)

    def data_received(self, data: bytes) -> None:
        """Serve what is complete; close the connection on what is not HTTP, or too large."""
        received_at = time.perf_counter()
        self._http.receive_data(data)
        self._read(received_at)

    def abort(self) -> None:
        """Close at once."""
        self._transport.abort()

    def _read(self, received_at: float) -> None:
        try:
            while self._take(self._http.next_event(), received_at):
                pass
            if self._http.they_are_waiting_for_100_continue:
                self._send(h11.InformationalResponse(status_code=100, headers=[], reason=b"Continue"))
        except h11.RemoteProtocolError:
            self.abort()

    def _take(self, event: object, received_at: float) -> bool:
        """Take one part of a request; False when more data is needed, or a response is due first."""
        match event:
            case h11.Request():
                self._head = event
                self._body.clear()
            case h11.Data():
                self._body += event.data
                if len(self._body) > LARGEST_BODY:
                    raise h11.RemoteProtocolError("the body is too large")
            case h11.EndOfMessage():
                self._serve(self._request(received_at), self._respond)
            case _:
                return False
        return True

    def _request(self, received_at: float) -> Request:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in self._head.headers}
        method, path = self._head.method.decode("latin-1"), self._head.target.decode("latin-1")
        return Request(method, path, headers, bytes(self._body), received_at)

    def _respond(self, response: Response) -> None:
        if self._transport.is_closing():
            return
        self._send(*response.parts())
        if self._http.our_state is h11.MUST_CLOSE:
            self._transport.close()
            return
        self._http.start_next_cycle()
        if self._http.trailing_data[0]:  # a request that came before this response
            asyncio.get_running_loop().call_soon(self._read, time.perf_counter())

    def _send(self, *events: h11.Event) -> None:
        """Write everything at once: two writes would delay each response by some 40 ms."""
        self._transport.write(b"".join(self._http.send(event) or b"" for event in events))
