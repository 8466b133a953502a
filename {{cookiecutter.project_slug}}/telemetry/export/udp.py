"""OTLP over UDP to the X-Ray daemon, as AWS's own distribution of OpenTelemetry sends it from Lambda.

By hand, since `otlp` makes the bytes already, without protobuf, and the rest is one call of a socket. A
datagram is `{"format":"json","version":1}`, a newline, `T1S` or `T1U` for sampled or unsampled, and an
`ExportTraceServiceRequest` in base64. It needs no connection, and nobody waits for a response.
"""

import base64
import socket
from collections.abc import Sequence
from typing import Final

from opentelemetry.sdk.trace import ReadableSpan

from telemetry.export import otlp
from telemetry.settings import Address
from telemetry.spans.queue import DroppedSpans

HEADER: Final = b'{"format":"json","version":1}\n'
LARGEST_DATAGRAM: Final = 60 * 1024
"""Bytes. The daemon reads at most 64 KiB, and IPv4 carries at most 65 507 bytes."""

SPANS_PER_DATAGRAM: Final = 48
"""At first: few datagrams are too large then, and those are halved."""


class XRayDaemon:
    """The transport by UDP. It never blocks; what cannot be sent is counted as dropped, not raised."""

    def __init__(self, address: Address, dropped: DroppedSpans) -> None:
        self._address = address
        self._dropped = dropped
        self._socket: socket.socket | None = None

    def prepare(self, deadline: float) -> None:
        """Do nothing: there is no connection."""

    def export(self, spans: Sequence[ReadableSpan], deadline: float) -> bool:  # noqa: ARG002 - nothing to wait for
        """Send the spans, sampled ones apart from the others."""
        for sampled in (True, False):
            chosen = [span for span in spans if _is_sampled(span) is sampled]
            for first in range(0, len(chosen), SPANS_PER_DATAGRAM):
                self._send(chosen[first : first + SPANS_PER_DATAGRAM], sampled=sampled)
        return True

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
    """Encode one datagram."""
    return HEADER + (b"T1S" if sampled else b"T1U") + base64.b64encode(otlp.encoded(spans))


def _open(address: Address) -> socket.socket:
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_DGRAM)
    opened.settimeout(0)
    return opened


def _is_sampled(span: ReadableSpan) -> bool:
    context = span.get_span_context()
    return context is not None and context.trace_flags.sampled
