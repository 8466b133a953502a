"""Spans to the X-Ray daemon: OTLP in datagrams, the way AWS's own distribution sends it from Lambda.

A datagram is `{"format":"json","version":1}`, a line's end, `T1S` or `T1U` for sampled or unsampled, and an
`ExportTraceServiceRequest` in base64. It costs no connection, and nobody waits for an answer.
"""

import base64
import socket
from collections.abc import Sequence
from typing import Final

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from telemetry import otlp
from telemetry.dropped import Dropped
from telemetry.settings import Address

HEADER: Final = b'{"format":"json","version":1}\n'
LARGEST_DATAGRAM: Final = 60 * 1024
"""Bytes. The daemon reads 64 KiB at most, and IPv4 carries 65 507."""

SPANS_PER_DATAGRAM: Final = 48
"""To start with, so that few datagrams turn out too large; those are halved."""


class UdpExporter(SpanExporter):
    """Sends without blocking; what cannot be sent is counted, and is no failure to anyone."""

    def __init__(self, address: Address, dropped: Dropped) -> None:
        self._address = address
        self._dropped = dropped
        self._socket: socket.socket | None = None

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send the spans, sampled ones apart from the others."""
        for sampled in (True, False):
            chosen = [span for span in spans if _is_sampled(span) is sampled]
            for first in range(0, len(chosen), SPANS_PER_DATAGRAM):
                self._send(chosen[first : first + SPANS_PER_DATAGRAM], sampled=sampled)
        return SpanExportResult.SUCCESS

    def shutdown(self) -> None:
        """Close the socket."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _send(self, spans: Sequence[ReadableSpan], *, sampled: bool) -> None:
        datagram = framed(spans, sampled=sampled)
        if len(datagram) <= LARGEST_DATAGRAM:
            self._deliver(datagram, len(spans))
        elif len(spans) > 1:
            half = len(spans) // 2
            self._send(spans[:half], sampled=sampled)
            self._send(spans[half:], sampled=sampled)
        else:
            self._dropped.add(1)

    def _deliver(self, datagram: bytes, spans: int) -> None:
        try:
            if self._socket is None:
                self._socket = _open(self._address)
            self._socket.sendto(datagram, self._address)
        except OSError:
            self._dropped.add(spans)


def framed(spans: Sequence[ReadableSpan], *, sampled: bool) -> bytes:
    """One datagram."""
    return HEADER + (b"T1S" if sampled else b"T1U") + base64.b64encode(otlp.encoded(spans))


def _open(address: Address) -> socket.socket:
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_DGRAM)
    opened.settimeout(0)
    return opened


def _is_sampled(span: ReadableSpan) -> bool:
    context = span.get_span_context()
    return context is not None and context.trace_flags.sampled
