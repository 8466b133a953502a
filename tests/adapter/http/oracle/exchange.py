"""What goes over the wire, what an app sees of it, and what a gateway makes different."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

Lines: TypeAlias = Sequence[tuple[bytes, bytes]]
ByName: TypeAlias = dict[bytes, list[bytes]]
"""Values of header lines; a JSON object keeps no order between names."""

FRAMING = {b"content-length", b"transfer-encoding", b"connection"}


@dataclass(frozen=True, slots=True)
class Request:
    """As a client sends it; path and query are percent-encoded."""

    method: str
    path: str
    query: str
    lines: Lines
    """Of the header, `host` among them."""
    body: bytes
    scheme: str
    server: tuple[str, int]
    client: tuple[str, int]

    def values(self, name: bytes) -> list[bytes]:
        """Of the lines of one name."""
        return by_name(self.lines).get(name, [])

    def wire(self) -> bytes:
        """The bytes of it."""
        target = f"{self.path}?{self.query}" if self.query else self.path
        lines = [f"{self.method} {target} HTTP/1.1".encode(), *(b": ".join(line) for line in self.lines)]
        return b"\r\n".join([*lines, b"", self.body])


@dataclass(frozen=True, slots=True)
class Reply:
    """A response, as an app sends it or as a client gets it."""

    status: int
    lines: Lines
    parts: Sequence[bytes]

    def received(self) -> "Received":
        """Without what only says where the body ends."""
        values = by_name(self.lines)
        return Received(
            self.status,
            {name: values[name] for name in values if name not in FRAMING},
            b"".join(self.parts),
        )


@dataclass(frozen=True, slots=True)
class Received:
    """A response, so that two of them can be compared."""

    status: int
    headers: ByName
    body: bytes


@dataclass(frozen=True, slots=True)
class Seen:
    """A scope, and the request's body, so that two of them can be compared."""

    scope: dict[str, Any]
    """All of it but the header and the adapter's own keys."""
    headers: ByName
    body: bytes

    @classmethod
    def of(cls, scope: Any, body: bytes) -> "Seen":
        """What there is to compare; header lines must be tuples of bytes, and states are not compared."""
        own = {"headers", "state", "aws.event", "aws.context"}
        assert all(type(line) is tuple for line in scope["headers"])
        rest = {name: value for name, value in scope.items() if name not in own}
        return cls(rest, by_name(scope["headers"]), body)


@dataclass(frozen=True, slots=True)
class Difference:
    """What a gateway makes of a request, or of a response, that a server of its own would not.

    The functions make what uvicorn's side has into what the gateway's must have.
    """

    what: str
    source: str
    seen: Callable[[Request, Seen], Seen] = lambda _request, seen: seen
    received: Callable[[Received], Received] = lambda received: received


@dataclass(frozen=True, slots=True, repr=False)
class Gateway:
    """One trigger."""

    name: str
    event: Callable[[Request], Any]
    """Makes the event of a request."""
    reply: Callable[[Any], Reply]
    """Makes a response of what the function returned; a client that asked by HEAD leaves the body unread."""
    differences: Sequence[Difference]
    schemes: Sequence[str] = ("https",)
    only_utf8: bool = False
    """It decodes the path, and what it makes of bytes that are no UTF-8 is not known."""

    def __repr__(self) -> str:
        return self.name


def by_name(lines: Iterable[tuple[bytes, bytes]]) -> ByName:
    """Values by lower-case name, in order."""
    values: ByName = {}
    for name, value in lines:
        values.setdefault(bytes(name).lower(), []).append(bytes(value))
    return values
