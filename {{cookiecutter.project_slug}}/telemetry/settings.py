"""What telemetry reads from the environment, once."""

import logging
import math
import socket
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple, Self, TypeVar

from telemetry import endpoint as otlp
from telemetry.emf import checked_dimension, checked_namespace

T = TypeVar("T")

_LEVELS: Final[Mapping[str, int]] = {
    "NOTSET": logging.NOTSET,
    "DEBUG": logging.DEBUG,
    "INFO": logging.INFO,
    "WARN": logging.WARNING,
    "WARNING": logging.WARNING,
    "ERROR": logging.ERROR,
    "FATAL": logging.CRITICAL,
    "CRITICAL": logging.CRITICAL,
}
"""Python's own: structlog knows no others, though a library may have added some to `logging`."""


class Address(NamedTuple):
    """Where datagrams go."""

    host: str
    """An IP address."""
    port: int


class Settings(NamedTuple):
    """Telemetry's settings; what could not be read has its default and is named in `ignored`."""

    service: str
    namespace: str
    function: str
    function_version: str
    region: str | None
    log_stream: str | None
    memory_mb: int | None
    log_level: int
    """As `logging` counts."""
    proactive_gap_ms: float
    """A first invocation later than this after INIT's work did not wait for INIT."""
    daemon: Address | None
    """The X-Ray daemon; spans are made only when there is somewhere to send them."""
    endpoint: otlp.Endpoint | None
    """Where spans go by OTLP over HTTP, and then not to the daemon: Lambda always names one."""
    otlp_headers: Mapping[str, str]
    otlp_headers_arn: str | None
    trace_ratio: float
    """Share of the requests without a parent that are traced, 0 to 1."""
    flush_every: int | None
    """Spans are sent after every so many invocations, and at the end; None for what suits the way they go."""
    write_every: int
    """One of so many warm invocations has a record of its own; always 1 while an experiment runs."""
    ignored: tuple[str, ...]
    """Names of the variables whose values made no sense."""
    experiment: str | None = None
    """The weights of the arms while an experiment runs, as the adapter has read them."""
    planned: int | None = None
    """Environments in every arm at which it is over."""

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """Read the settings; a malformed value never raises."""
        read = _Reader(environ)
        function = environ.get("AWS_LAMBDA_FUNCTION_NAME") or "function"
        disabled = read.value("OTEL_SDK_DISABLED", str.lower, "false") == "true"
        daemon = read.value("AWS_XRAY_DAEMON_ADDRESS", _address, None)
        base = read.value(otlp.ENDPOINT, otlp.parse_base, None)
        endpoint = read.value(otlp.TRACES_ENDPOINT, otlp.parse_endpoint, base)
        experiment = environ.get("LIFESPAN_EXPERIMENT", "").strip() or None
        no_headers: Mapping[str, str] = {}
        headers = read.value(otlp.HEADERS, otlp.parse_headers, no_headers)
        return cls(
            service=read.value("POWERTOOLS_SERVICE_NAME", checked_dimension, function),
            namespace=read.value("POWERTOOLS_METRICS_NAMESPACE", checked_namespace, "Lifespan"),
            function=function,
            function_version=environ.get("AWS_LAMBDA_FUNCTION_VERSION") or "$LATEST",
            region=environ.get("AWS_REGION"),
            log_stream=environ.get("AWS_LAMBDA_LOG_STREAM_NAME"),
            memory_mb=read.value("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", _positive, None),
            log_level=read.value("LOG_LEVEL", _level, logging.INFO),
            proactive_gap_ms=read.value("LIFESPAN_PROACTIVE_GAP_MS", _not_negative, 10_000.0),
            daemon=None if disabled else daemon,
            endpoint=None if disabled else endpoint,
            otlp_headers=read.value(otlp.TRACES_HEADERS, otlp.parse_headers, headers),
            otlp_headers_arn=read.value(otlp.HEADERS_ARN, otlp.checked_arn, None),
            trace_ratio=read.value("OTEL_TRACES_SAMPLER_ARG", _ratio, 1.0),
            flush_every=read.value("LIFESPAN_FLUSH_EVERY", _positive, None),
            experiment=experiment,
            planned=read.value("LIFESPAN_EXPERIMENT_PLANNED", _positive, None),
            write_every=1 if experiment else read.value("LIFESPAN_WRITE_EVERY", _up_to_hundred, 1),
            ignored=tuple(read.ignored),
        )


class _Reader:
    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.ignored: list[str] = []

    def value(self, name: str, parse: Callable[[str], T], default: T) -> T:
        text = self._environ.get(name, "").strip()
        if not text:
            return default
        try:
            return parse(text)
        except ValueError:
            self.ignored.append(name)
            return default


def _level(text: str) -> int:
    level = _LEVELS.get(text.upper())
    if level is None:
        raise ValueError("no such level")
    return level


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError("must be 1 or more")
    return number


def _up_to_hundred(text: str) -> int:
    number = _positive(text)
    if number > 100:  # values of one metric in one line, by CloudWatch's format
        raise ValueError("must be 100 or less")
    return number


def _not_negative(text: str) -> float:
    number = float(text)
    if not (math.isfinite(number) and number >= 0):
        raise ValueError("must be a finite number from 0")
    return number


def _ratio(text: str) -> float:
    number = _not_negative(text)
    if number > 1:
        raise ValueError("must be from 0 to 1")
    return number


def _address(text: str) -> Address:
    """Read `ip:port` or, as the X-Ray daemon has it too, `tcp:ip:port udp:ip:port`.

    A name is refused, for it would be looked up while a request waits.
    """
    parts = text.split()
    udp = next((part[4:] for part in parts if part.startswith("udp:")), parts[0])
    host, _, port = udp.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    try:
        socket.inet_pton(socket.AF_INET6 if ":" in host else socket.AF_INET, host)
    except OSError:
        raise ValueError("no IP address") from None
    if not 0 < int(port) < 65_536:
        raise ValueError("no port")
    return Address(host, int(port))
