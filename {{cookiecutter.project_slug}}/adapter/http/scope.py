"""What all triggers share on the way in: from the fields of an event to the parts of an ASGI scope.

The values are those that uvicorn has for the request that the client sent, as far as the event still tells.
Nothing here raises, whatever an event holds: a field of an unexpected type counts as absent.
"""

import base64
import binascii
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple, TypeAlias
from urllib.parse import quote, unquote

from adapter.asgi import Scope

Address: TypeAlias = tuple[str, int]
Path: TypeAlias = tuple[str, bytes]
"""Of one request: decoded, and as the client wrote it."""
HeaderLines: TypeAlias = list[tuple[bytes, bytes]]
"""Lower-case name and value of each header line, in the event's order."""

IN_PATH: Final = "/:@!$&'()*+,;=-._~"
"""Besides letters and digits, what a path holds unescaped (RFC 3986, section 3.3)."""

_SCHEMES: Final = {b"https": "https", b"http": "http"}
_PORTS: Final = {"https": 443, "http": 80}
_KNOWN_PORTS: Final = {b"443": 443, b"80": 80}
_PLAIN: Final = f"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789{IN_PATH}"


class Stage(NamedTuple):
    """What stands before the app's own paths because of an API's stage, such as `/prod`."""

    missing: str
    """What the client's path has and the event's has not; may be empty."""
    present: str
    """What the event's path may begin with; may be empty."""


ROOT: Final[Path] = ("/", b"/")
NO_STAGE: Final = Stage("", "")


def decoded_path(path: Any) -> Path:
    """From a path that the gateway has decoded: what the client wrote is not known, so it is encoded anew."""
    if not isinstance(path, str) or not path:
        return ROOT
    if not path.strip(_PLAIN):  # it holds nothing else; compiling a pattern would take 0.2 ms of INIT
        return path, path.encode("ascii")
    path = octets(path).decode()  # without halves of surrogate pairs
    return path, quote(path, safe=IN_PATH).encode("ascii")


def encoded_path(path: Any) -> Path:
    """From a path as the client wrote it."""
    if not isinstance(path, str) or not path:
        return ROOT
    if not path.isascii():
        path = quote(path, safe=f"%{IN_PATH}", errors="replace")
    return unquote(path), path.encode("ascii")


def mapping(value: Any) -> Mapping[Any, Any]:
    """`value`, if it is a JSON object; else an empty one."""
    return value if isinstance(value, dict) else {}


def octets(text: Any) -> bytes:
    """UTF-8 of a string, nothing of anything else; half a surrogate pair, which JSON can hold, is a `?`.

    API Gateway and load balancers make text of a header's bytes by UTF-8, so that this gives the bytes back.
    """
    return text.encode("utf-8", "replace") if isinstance(text, str) else b""


def single_lines(headers: Any) -> HeaderLines:
    """Header lines from an object with one string a name."""
    try:
        return [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    except (AttributeError, UnicodeEncodeError):
        return [
            (octets(name).lower(), octets(value))
            for name, value in mapping(headers).items()
            if isinstance(value, str)
        ]


def several_lines(headers: Any) -> HeaderLines:
    """Header lines from an object with a list of strings a name, or one string; those of cookies become one.

    HTTP/2 lets clients send cookies in several fields, and wants them joined where they go on by other means
    (RFC 9113, section 8.2.3).
    """
    return one_cookie_line(
        [
            (octets(name).lower(), octets(value))
            for name, values in mapping(headers).items()
            for value in (values if isinstance(values, list) else [values])
            if isinstance(value, str)
        ]
    )


def one_cookie_line(lines: HeaderLines) -> HeaderLines:
    """The same lines, all cookies in the first one that holds any."""
    cookies = [value for name, value in lines if name == b"cookie"]
    if len(cookies) < 2:
        return lines
    first = next(index for index, line in enumerate(lines) if line[0] == b"cookie")
    others = [line for line in lines if line[0] != b"cookie"]
    return [*others[:first], (b"cookie", b"; ".join(cookies)), *others[first:]]


def parameters_of(several: Any, single: Any) -> list[tuple[str, str]]:
    """Query parameters from the object with lists of values; where there is none, from that with one each."""
    return [
        (name, value)
        for name, values in (mapping(several) or mapping(single)).items()
        if isinstance(name, str)
        for value in (values if isinstance(values, list) else [values])
        if isinstance(value, str)
    ]


def joined_query(parameters: Iterable[tuple[str, str]]) -> bytes:
    """A query string of parameters that are still encoded."""
    return octets("&".join(f"{name}={value}" for name, value in parameters))


def body_of(body: Any, *, is_base64: Any) -> bytes:
    """The request's body; what says that it is base64 and is none is taken as it stands."""
    if is_base64 and isinstance(body, str):
        try:
            return base64.b64decode(body)
        except (binascii.Error, ValueError):
            pass
    return body if isinstance(body, bytes) else octets(body)


def http_scope(  # noqa: PLR0913 - the parts of a request line, and who sent it
    invocation: tuple[Any, Any],
    method: str,
    path: Path,
    query_string: bytes,
    headers: HeaderLines,
    *,
    client: Address | None,
    scheme_header: bytes = b"x-forwarded-proto",
) -> Scope:
    """Put a scope together.

    Args:
        invocation: The event and Lambda's context, for the app to look into.
        method: As the client wrote it.
        path: Without what the gateway has taken off; see `Paths`.
        query_string: As the client wrote it.
        headers: Its lines.
        client: Address of who sent it; None where it is unknown.
        scheme_header: Name of the header in which the gateway says what scheme the client used.
    """
    values = dict(headers)  # the last line of a name is that of the nearest proxy
    forwarded = values.get(scheme_header, b"https")
    scheme = _SCHEMES.get(forwarded) or _SCHEMES.get(_last(forwarded).lower(), "https")
    return {
        "type": "http",
        "method": method,
        "http_version": "1.1",
        "headers": headers,
        "path": path[0],
        "raw_path": path[1],
        "root_path": "",
        "scheme": scheme,
        "query_string": query_string,
        "server": server_of(values.get(b"host"), values.get(b"x-forwarded-port"), scheme),
        "client": client,
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "aws.event": invocation[0],
        "aws.context": invocation[1],
    }


def server_of(host: bytes | None, forwarded_port: bytes | None, scheme: str) -> Address | None:
    """Name and port that the client has asked for: None without a host."""
    name, port = split_port(host or b"")
    if not name:
        return None
    if port is None and forwarded_port is not None:
        port = _KNOWN_PORTS.get(forwarded_port) or _port(_last(forwarded_port))
    return name, _PORTS[scheme] if port is None else port


def forwarded_client(headers: HeaderLines) -> Address | None:
    """The address that the last proxy has seen: those before it are what a client may have made up."""
    address, port = split_port(_last(dict(headers).get(b"x-forwarded-for", b"")))
    return (address, port or 0) if address else None


def client_at(address: Any) -> Address | None:
    """The client at an address that the gateway gives by itself."""
    return (address, 0) if isinstance(address, str) and address else None


def split_port(authority: bytes) -> tuple[str, int | None]:
    """Split `name`, `name:port`, `[address]:port` or a bare IPv6 address."""
    text = authority.decode("latin-1")
    if ":" not in text:
        return text, None
    if text.startswith("["):
        name, _, rest = text[1:].partition("]")
        return name, _port(rest.removeprefix(":"))
    if text.count(":") == 1:
        name, _, port = text.partition(":")
        return name, _port(port)
    return text, None


def _last(values: bytes) -> bytes:
    return values.rpartition(b",")[2].strip()


def _port(text: str | bytes) -> int | None:
    if text.isdigit() and text.isascii() and len(text) <= 5 and (port := int(text)) < 65_536:
        return port
    return None
