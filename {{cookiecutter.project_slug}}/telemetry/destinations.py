"""Where spans go, as environment variables spell it: the X-Ray daemon's address, or an OTLP endpoint."""

import socket
import string
from collections.abc import Mapping
from typing import Final
from urllib.parse import unquote, urlsplit

from adapter.facts import Struct

DAEMON: Final = "AWS_XRAY_DAEMON_ADDRESS"
ENDPOINT: Final = "OTEL_EXPORTER_OTLP_ENDPOINT"
TRACES_ENDPOINT: Final = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
HEADERS: Final = "OTEL_EXPORTER_OTLP_HEADERS"
TRACES_HEADERS: Final = "OTEL_EXPORTER_OTLP_TRACES_HEADERS"
HEADERS_ARN: Final = "OTEL_EXPORTER_OTLP_HEADERS_ARN"
"""Not one of OpenTelemetry's: a secret of Secrets Manager, or a parameter of SSM, that holds the headers."""

_TOKEN: Final = frozenset(string.ascii_letters + string.digits + "!#$%&'*+-.^_`|~")
"""Characters of a header's name, by RFC 9110."""


class Address(Struct):
    """Where datagrams go."""

    host: str
    """An IP address."""
    port: int


class Endpoint(Struct):
    """Where OTLP requests go over HTTP."""

    secure: bool
    host: str
    port: int
    path: str
    """With the query, if there is one."""


def parse_address(text: str) -> Address:
    """Read `ip:port` or, in the daemon's other form, `tcp:ip:port udp:ip:port`.

    Raises:
        ValueError: It is written otherwise, or names a host: the lookup would make a request wait.
    """
    parts = text.split()
    udp = next((part[4:] for part in parts if part.startswith("udp:")), parts[0])
    host, _, port = udp.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    try:
        socket.inet_pton(socket.AF_INET6 if ":" in host else socket.AF_INET, host)
    except OSError:
        raise ValueError("not an IP address") from None
    if not 0 < int(port) < 65_536:
        raise ValueError("not a port")
    return Address(host, int(port))


def parse_endpoint(text: str) -> Endpoint:
    """Read the URL that traces are sent to.

    Raises:
        ValueError: It is no URL of `http` or `https`, or holds credentials.
    """
    url = urlsplit(text)
    if url.scheme not in {"http", "https"} or not url.hostname or url.username is not None:
        raise ValueError("not a URL of http or https without credentials")
    path = f"{url.path or '/'}?{url.query}" if url.query else url.path or "/"
    if not path.isascii() or not path.isprintable() or " " in path:
        raise ValueError("not a path of HTTP")
    secure = url.scheme == "https"
    # Always with a port: `http.client` would look for a missing one in the host, and find it in any IPv6.
    return Endpoint(secure, url.hostname, url.port or (443 if secure else 80), path)


def parse_base(text: str) -> Endpoint:
    """Read the URL that is common to all signals: traces go to a path below it.

    Raises:
        ValueError: As `parse_endpoint`.
    """
    base = parse_endpoint(text)
    path, mark, query = base.path.partition("?")
    return Endpoint(base.secure, base.host, base.port, f"{path.rstrip('/')}/v1/traces{mark}{query}")


def parse_headers(text: str) -> Mapping[str, str]:
    """Read `name=value,name=value`, percent-encoded.

    Raises:
        ValueError: It is written otherwise.
    """
    pairs = [part.partition("=") for part in text.split(",") if part.strip()]
    if not all(name.strip() and equals for name, equals, _ in pairs):
        raise ValueError("not a list of name=value")
    return checked_headers({unquote(name).strip(): unquote(value).strip() for name, _, value in pairs})


def checked_headers(headers: Mapping[str, str]) -> Mapping[str, str]:
    """Return `headers`, which HTTP can carry.

    Raises:
        ValueError: It cannot; the message does not quote them, for they are mostly credentials.
    """
    for name, value in headers.items():
        latin_1 = value.isprintable() and max(value, default="") <= "\xff"
        if not name or not _TOKEN.issuperset(name) or not latin_1:
            raise ValueError("not an HTTP header")
    return headers


def checked_arn(text: str) -> str:
    """Return `text`, the ARN of a secret or a parameter.

    Raises:
        ValueError: It is none.
    """
    parts = text.split(":", 5)
    if len(parts) != 6 or parts[0] != "arn" or parts[2] not in {"secretsmanager", "ssm"} or not parts[3]:
        raise ValueError("not the ARN of a secret or a parameter")
    return text
