"""As much of HTTP/1.1 as Lambda's runtime clients and extensions speak, served on the running event loop."""

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final, TypeAlias, cast

LARGEST: Final = 64 * 1024 * 1024
"""Bytes of one request, beyond which the connection is closed."""

EXPECTS_CONTINUE: Final = re.compile(rb"\r\nexpect:\s*100-continue", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asked."""

    method: str
    path: str
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """What a client is told, in JSON."""

    status: HTTPStatus
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    def encoded(self) -> bytes:
        """Head and body in one piece, for one write: two would stall each call by some 40 ms."""
        head = [f"HTTP/1.1 {self.status.value} {self.status.phrase}"]
        head += [f"{name}: {value}" for name, value in self.headers.items()]
        head += ["Content-Type: application/json", f"Content-Length: {len(self.body)}", "", ""]
        return "\r\n".join(head).encode("latin-1") + self.body


Respond: TypeAlias = Callable[[Reply], None]
"""Answers a request, at once or later; does nothing when the client has gone."""
Serve: TypeAlias = Callable[[Request, Respond], None]


def parse(buffer: bytearray) -> tuple[Request, int] | None:
    """Return the first request in the buffer and its length, or None while some of it is missing.

    Raises:
        ValueError: this is not HTTP.
    """
    end = buffer.find(b"\r\n\r\n")
    if end < 0:
        return None
    first, *lines = buffer[:end].decode("latin-1").split("\r\n")
    method, path, _version = first.split(" ")
    fields = (line.partition(":") for line in lines)
    headers = {name.strip().lower(): value.strip() for name, _, value in fields}
    start = end + 4
    if headers.get("transfer-encoding", "").lower() == "chunked":
        chunked = _unchunk(buffer, start)
        if chunked is None:
            return None
        body, length = chunked
    else:
        length = start + _size(headers.get("content-length") or "0", base=10)
        if len(buffer) < length:
            return None
        body = bytes(buffer[start:length])
    return Request(method, path, headers, body), length


def _unchunk(buffer: bytearray, at: int) -> tuple[bytes, int] | None:
    body = bytearray()
    while True:
        line = buffer.find(b"\r\n", at)
        if line < 0:
            return None
        size = _size(buffer[at:line].partition(b";")[0].decode("latin-1"), base=16)
        if size == 0:
            end = buffer.find(b"\r\n\r\n", line)  # trailers may come before
            return None if end < 0 else (bytes(body), end + 4)
        at = line + 2 + size + 2
        if len(buffer) < at:
            return None
        body += buffer[line + 2 : line + 2 + size]


def _size(text: str, *, base: int) -> int:
    size = int(text, base)
    if size < 0:
        raise ValueError(f"negative size {text}")
    return size


class Connection(asyncio.Protocol):
    """One client's connection; its requests are served in turn."""

    def __init__(self, serve: Serve, connections: set["Connection"]) -> None:
        self._serve = serve
        self._connections = connections
        self._buffer = bytearray()
        self._told_to_continue = False
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back to the client."""
        self._transport = cast("asyncio.Transport", transport)
        self._connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 # asyncio's signature
        """Forget the client."""
        self._connections.discard(self)

    def data_received(self, data: bytes) -> None:
        """Serve what is complete; close on what is no HTTP or too large."""
        self._buffer += data
        try:
            while parsed := parse(self._buffer):
                request, length = parsed
                del self._buffer[:length]
                self._told_to_continue = False
                self._serve(request, self._respond)
        except ValueError:
            self._transport.abort()
        if len(self._buffer) > LARGEST:
            self._transport.abort()
        elif not self._told_to_continue and self._expects_continue():
            self._told_to_continue = True
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def abort(self) -> None:
        """Close at once."""
        self._transport.abort()

    def _respond(self, reply: Reply) -> None:
        if not self._transport.is_closing():
            self._transport.write(reply.encoded())

    def _expects_continue(self) -> bool:
        end = self._buffer.find(b"\r\n\r\n")
        return end > 0 and EXPECTS_CONTINUE.search(self._buffer, 0, end) is not None
