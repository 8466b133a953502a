"""What telemetry reads from environment variables, once; where spans go is spelt as OpenTelemetry has it."""

import logging
import math
import socket
import string
from collections.abc import Callable, Mapping
from typing import Final, Self, TypeVar
from urllib.parse import unquote, urlsplit

from adapter.facts import Struct
from adapter.placement import EXPERIMENT_VARIABLE, PLANNED_VARIABLE
from telemetry.output import checked_dimension, checked_namespace

DAEMON: Final = "AWS_XRAY_DAEMON_ADDRESS"
ENDPOINT: Final = "OTEL_EXPORTER_OTLP_ENDPOINT"
TRACES_ENDPOINT: Final = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
HEADERS: Final = "OTEL_EXPORTER_OTLP_HEADERS"
TRACES_HEADERS: Final = "OTEL_EXPORTER_OTLP_TRACES_HEADERS"
HEADERS_ARN: Final = "OTEL_EXPORTER_OTLP_HEADERS_ARN"
"""Not one of OpenTelemetry's: a secret of Secrets Manager, or a parameter of SSM, that holds the headers."""

TRACE_CALLERS: Final = "LIFESPAN_TRACE_CALLERS"

TRACERS: Final = "LIFESPAN_TRACERS"
"""Names of further tracers whose spans are the service's own."""

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


T = TypeVar("T")

_TRUE: Final = {"true": True, "false": False}
"""OpenTelemetry knows no other words for it."""
_SWITCH: Final = {**_TRUE, "on": True, "yes": True, "1": True, "off": False, "no": False, "0": False}
_LEVELS: Final = {
    "notset": logging.NOTSET,
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warn": logging.WARNING,
    "warning": logging.WARNING,
    "error": logging.ERROR,
    "fatal": logging.CRITICAL,
    "critical": logging.CRITICAL,
}
"""Python's own: structlog knows no others, though a library may have added some to `logging`."""


class Settings(Struct):
    """Telemetry's settings; a variable that could not be read has its default, and is named in `ignored`.

    The exception is `trace_callers`: strangers must not be trusted because of a misspelt word.
    """

    service: str
    namespace: str
    function: str
    function_version: str
    region: str | None
    log_stream: str | None
    memory_mb: int | None
    log_level: int
    """As `logging` numbers them."""
    proactive_gap_ms: float
    """A first invocation that comes later than this after INIT's work did not wait for INIT."""
    daemon: Address | None
    """The X-Ray daemon. Lambda always names one."""
    endpoint: Endpoint | None
    """An OTLP endpoint: where it is given, spans go there and not to the daemon."""
    otlp_headers: Mapping[str, str]
    otlp_headers_arn: str | None
    trace_ratio: float
    """Share of the requests without a parent that are traced, 0 to 1."""
    flush_every: int | None
    """Invocations between two exports of spans; None: the default of the way that they are sent."""
    write_every: int
    """One of so many warm invocations has a record of its own; always 1 while an experiment runs."""
    own_tracers: frozenset[str]
    """How the names of the service's own tracers begin, up to the first dot: their spans keep their names."""
    ignored: tuple[str, ...]
    """Names of the variables whose values could not be read."""
    experiment: str | None = None
    """Weights of the arms while an experiment runs, in the form that the adapter has read."""
    planned: int | None = None
    """Environments per arm at which the experiment ends."""
    trace_callers: bool = True
    """Callers decide whether their requests are traced, and in which trace."""

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """Read the settings; a malformed value is ignored, and never raises."""
        read = _Reader(environ)
        function = environ.get("AWS_LAMBDA_FUNCTION_NAME") or "function"
        disabled = read.value("OTEL_SDK_DISABLED", _one_of(_TRUE), False)  # noqa: FBT003 - the default
        daemon = read.value(DAEMON, parse_address, None)
        base = read.value(ENDPOINT, parse_base, None)
        endpoint = read.value(TRACES_ENDPOINT, parse_endpoint, base)
        experiment = environ.get(EXPERIMENT_VARIABLE, "").strip() or None
        no_headers: Mapping[str, str] = {}
        headers = read.value(HEADERS, parse_headers, no_headers)
        service = read.value("POWERTOOLS_SERVICE_NAME", checked_dimension, function)
        return cls(
            service=service,
            namespace=read.value("POWERTOOLS_METRICS_NAMESPACE", checked_namespace, "Lifespan"),
            function=function,
            function_version=environ.get("AWS_LAMBDA_FUNCTION_VERSION") or "$LATEST",
            region=environ.get("AWS_REGION"),
            log_stream=environ.get("AWS_LAMBDA_LOG_STREAM_NAME"),
            memory_mb=read.value("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", _positive, None),
            log_level=read.value("LOG_LEVEL", _one_of(_LEVELS), logging.INFO),
            proactive_gap_ms=read.value("LIFESPAN_PROACTIVE_GAP_MS", _not_negative, 10_000.0),
            daemon=None if disabled else daemon,
            endpoint=None if disabled else endpoint,
            otlp_headers=read.value(TRACES_HEADERS, parse_headers, headers),
            otlp_headers_arn=read.value(HEADERS_ARN, checked_arn, None),
            trace_ratio=read.value("OTEL_TRACES_SAMPLER_ARG", _ratio, 1.0),
            flush_every=read.value("LIFESPAN_FLUSH_EVERY", _positive, None),
            experiment=experiment,
            planned=read.value(PLANNED_VARIABLE, _positive, None),
            write_every=1 if experiment else read.value("LIFESPAN_WRITE_EVERY", _up_to_hundred, 1),
            trace_callers=read.value(TRACE_CALLERS, _one_of(_SWITCH), True, unreadable=False),  # noqa: FBT003 - a switch
            own_tracers=_own_tracers(environ, service),
            ignored=tuple(read.ignored),
        )


def _own_tracers(environ: Mapping[str, str], service: str) -> frozenset[str]:
    """Tracers are mostly named after their module, hence the package of the handler, or after the service."""
    handler = environ.get("_HANDLER", "").replace("/", ".")
    named = environ.get(TRACERS, "").split(",")
    names = ("service", "__main__", handler, service, *named)
    return frozenset(name.strip().partition(".")[0] for name in names) - {""}


class _Reader:
    """Reads variables one by one, and collects the names of those that could not be read."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.ignored: list[str] = []

    def value(self, name: str, parse: Callable[[str], T], default: T, *, unreadable: T | None = None) -> T:
        """The variable's value; `unreadable` for one that cannot be read, where the default is not safe."""
        text = self._environ.get(name, "").strip()
        if not text:
            return default
        try:
            return parse(text)
        except ValueError:
            self.ignored.append(name)
            return default if unreadable is None else unreadable


# The messages below are never shown: the variable's name is, without its value.


def _one_of(words: Mapping[str, T]) -> Callable[[str], T]:
    def parse(text: str) -> T:
        if (word := text.lower()) not in words:
            raise ValueError("not one of the words")
        return words[word]

    return parse


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError("must be 1 or more")
    return number


def _up_to_hundred(text: str) -> int:
    number = _positive(text)
    if number > 100:  # CloudWatch's format allows 100 values of one metric in a line
        raise ValueError("must be 100 or less")
    return number


def _not_negative(text: str) -> float:
    number = float(text)
    if not (math.isfinite(number) and number >= 0):
        raise ValueError("must be a finite number, 0 or more")
    return number


def _ratio(text: str) -> float:
    number = _not_negative(text)
    if number > 1:
        raise ValueError("must be from 0 to 1")
    return number
