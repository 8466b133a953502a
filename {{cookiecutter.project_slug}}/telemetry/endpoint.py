"""Where spans go by OTLP over HTTP, as OpenTelemetry's own variables tell it."""

from collections.abc import Mapping
from typing import Final, NamedTuple
from urllib.parse import unquote, urlsplit

ENDPOINT: Final = "OTEL_EXPORTER_OTLP_ENDPOINT"
TRACES_ENDPOINT: Final = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
HEADERS: Final = "OTEL_EXPORTER_OTLP_HEADERS"
TRACES_HEADERS: Final = "OTEL_EXPORTER_OTLP_TRACES_HEADERS"
HEADERS_ARN: Final = "OTEL_EXPORTER_OTLP_HEADERS_ARN"
"""Ours: a secret of Secrets Manager or a parameter of SSM that holds what `HEADERS` would."""


class Endpoint(NamedTuple):
    """An HTTP address."""

    secure: bool
    host: str
    port: int | None
    """None is the scheme's own."""
    path: str


def parse_endpoint(text: str) -> Endpoint:
    """Read a URL of `http` or `https`; raises `ValueError`."""
    url = urlsplit(text)
    if url.scheme not in {"http", "https"} or not url.hostname or url.username is not None:
        raise ValueError("no URL of http or https, without credentials")
    path = f"{url.path or '/'}?{url.query}" if url.query else url.path or "/"
    return Endpoint(url.scheme == "https", url.hostname, url.port, path)


def parse_base(text: str) -> Endpoint:
    """Read the URL that is the same for all signals: traces are below it."""
    base = parse_endpoint(text)
    return base._replace(path=base.path.rstrip("/") + "/v1/traces")


def parse_headers(text: str) -> Mapping[str, str]:
    """Read `name=value,name=value`, in percent-encoding; raises `ValueError` for anything else."""
    pairs = [part.partition("=") for part in text.split(",") if part.strip()]
    if not all(name.strip() and equals for name, equals, _ in pairs):
        raise ValueError("no list of name=value")
    return checked_headers({unquote(name).strip(): unquote(value).strip() for name, _, value in pairs})


def checked_headers(headers: Mapping[str, str]) -> Mapping[str, str]:
    """Return headers that HTTP can carry; raises `ValueError`, which does not quote them."""
    for name, value in headers.items():
        if not name.isascii() or not (name + value).isprintable() or ":" in name or " " in name:
            raise ValueError("no HTTP header")
    return headers


def checked_arn(text: str) -> str:
    """Return the ARN of a secret or a parameter; raises `ValueError`."""
    parts = text.split(":", 5)
    if len(parts) != 6 or parts[0] != "arn" or parts[2] not in {"secretsmanager", "ssm"} or not parts[3]:
        raise ValueError("no ARN of a secret or of a parameter")
    return text
