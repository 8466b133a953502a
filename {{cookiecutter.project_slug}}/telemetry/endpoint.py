"""Where spans go by OTLP over HTTP, as OpenTelemetry's own variables tell it."""

import string
from collections.abc import Mapping
from typing import Final, NamedTuple
from urllib.parse import unquote, urlsplit

ENDPOINT: Final = "OTEL_EXPORTER_OTLP_ENDPOINT"
TRACES_ENDPOINT: Final = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
HEADERS: Final = "OTEL_EXPORTER_OTLP_HEADERS"
TRACES_HEADERS: Final = "OTEL_EXPORTER_OTLP_TRACES_HEADERS"
HEADERS_ARN: Final = "OTEL_EXPORTER_OTLP_HEADERS_ARN"
"""Ours: a secret of Secrets Manager or a parameter of SSM that holds what `HEADERS` would."""

_TOKEN: Final = frozenset(string.ascii_letters + string.digits + "!#$%&'*+-.^_`|~")
"""What the name of a header is made of; its value is of Latin-1."""


class Endpoint(NamedTuple):
    """An HTTP address."""

    secure: bool
    host: str
    port: int
    path: str


def parse_endpoint(text: str) -> Endpoint:
    """Read a URL of `http` or `https`; raises `ValueError`."""
    url = urlsplit(text)
    if url.scheme not in {"http", "https"} or not url.hostname or url.username is not None:
        raise ValueError("no URL of http or https, without credentials")
    path = f"{url.path or '/'}?{url.query}" if url.query else url.path or "/"
    if not path.isascii() or not path.isprintable() or " " in path:
        raise ValueError("no path that HTTP can carry")
    secure = url.scheme == "https"
    # A port in any case: without one, `http.client` looks for it in the host, and finds one in each IPv6.
    return Endpoint(secure, url.hostname, url.port or (443 if secure else 80), path)


def parse_base(text: str) -> Endpoint:
    """Read the URL that is the same for all signals: traces are below it."""
    base = parse_endpoint(text)
    path, mark, query = base.path.partition("?")
    return base._replace(path=f"{path.rstrip('/')}/v1/traces{mark}{query}")


def parse_headers(text: str) -> Mapping[str, str]:
    """Read `name=value,name=value`, in percent-encoding; raises `ValueError` for anything else."""
    pairs = [part.partition("=") for part in text.split(",") if part.strip()]
    if not all(name.strip() and equals for name, equals, _ in pairs):
        raise ValueError("no list of name=value")
    return checked_headers({unquote(name).strip(): unquote(value).strip() for name, _, value in pairs})


def checked_headers(headers: Mapping[str, str]) -> Mapping[str, str]:
    """Return headers that HTTP can carry; raises `ValueError`, which does not quote them."""
    for name, value in headers.items():
        if (
            not name
            or not _TOKEN.issuperset(name)
            or not value.isprintable()
            or max(value, default="") > "\xff"
        ):
            raise ValueError("no HTTP header")
    return headers


def checked_arn(text: str) -> str:
    """Return the ARN of a secret or a parameter; raises `ValueError`."""
    parts = text.split(":", 5)
    if len(parts) != 6 or parts[0] != "arn" or parts[2] not in {"secretsmanager", "ssm"} or not parts[3]:
        raise ValueError("no ARN of a secret or of a parameter")
    return text
