"""One invocation: the event as API Gateway stamps it, what came of it, and Lambda's report line about it."""

import json
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from telemetry.schema import AFTER_RESTORE_MS, PLATFORM_REPORT, Start

Status: TypeAlias = Literal["success", "error", "timeout"]
LONGEST_TEXT: Final = 300
"""Characters that are kept of a response's body."""


class HttpResponse(NamedTuple):
    """What the function answered to API Gateway."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    text: str
    """The beginning of the body; nothing where that is no text."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an event."""

    status: Status
    duration_ms: float
    """From handing out the event to the whole response, the start of a process included if it needed one."""
    busy_ms: float
    """The same, plus what extensions did after the response; with INIT, this is what Lambda bills."""
    peak_memory_mb: int | None
    error_type: str | None = None
    response: HttpResponse | None = None
    """None where it is not for API Gateway."""

    @property
    def failure(self) -> str | None:
        """Why the client got no 2xx response, in a few words; None when it got one."""
        if self.status != "success":
            return self.error_type or self.status
        if self.response is None or 200 <= self.response.status < 300:
            return None
        return f"status {self.response.status}"


@dataclass(frozen=True, slots=True)
class Invocation:
    """One event, and what became of it."""

    request_id: str
    start: Start
    init_ms: float | None
    """Duration of INIT: on the environment's first invocation, unless Lambda bills INIT separately."""
    outcome: Outcome
    restored_ms: float | None = None
    """What the function's hooks took after the restore, on the first invocation after it. The restore itself
    is not in it: there is none here."""

    def report_line(self, memory_mb: int) -> bytes:
        """Return the line that Lambda would write, in its JSON log format."""
        metrics = {
            "durationMs": round(self.outcome.duration_ms, 3),
            "billedDurationMs": math.ceil(self.outcome.busy_ms + (self.init_ms or 0)),
            "memorySizeMB": memory_mb,
            "maxMemoryUsedMB": self.outcome.peak_memory_mb,
            "initDurationMs": None if self.init_ms is None else round(self.init_ms, 3),
            AFTER_RESTORE_MS: None if self.restored_ms is None else round(self.restored_ms, 3),
        }
        record = {
            "requestId": self.request_id,
            "status": self.outcome.status,
            "errorType": self.outcome.error_type,
            "metrics": _given(metrics),
        }
        written_at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line = {"time": written_at, "type": PLATFORM_REPORT, "record": _given(record)}
        return json.dumps(line, separators=(",", ":")).encode() + b"\n"


def stamped_event(event: Mapping[str, Any], request_id: str) -> bytes:
    """Return the event with this moment's request id and time in its context, where it has these fields."""
    context = event.get("requestContext")
    if isinstance(context, dict):
        now = time.time()
        fresh = {
            "requestId": request_id,
            "time": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(now)),
            "timeEpoch": int(now * 1000),
        }
        present = {name: value for name, value in fresh.items() if name in context}
        event = {**event, "requestContext": {**context, **present}}
    return json.dumps(event).encode()


def method_and_path(event: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Return what an event of API Gateway or a load balancer asks for; None for what it does not say."""
    context = event.get("requestContext")
    http = context.get("http") if isinstance(context, Mapping) else None
    method = http.get("method") if isinstance(http, Mapping) else event.get("httpMethod")
    path = event.get("rawPath", event.get("path"))
    return (
        method if isinstance(method, str) and method else None,
        path if isinstance(path, str) and path else None,
    )


def http_status(body: bytes) -> int | None:
    """Return the HTTP status in a response for API Gateway; None in any other response."""
    response = http_response(body)
    return None if response is None else response.status


def http_response(body: bytes) -> HttpResponse | None:
    """Read a response for API Gateway, which takes a status also as a text; None for any other response."""
    try:
        answer = json.loads(body)
        status = answer["statusCode"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    if isinstance(status, str) and status.isdecimal():
        status = int(status)
    if not isinstance(status, int):
        return None
    headers, text = answer.get("headers"), answer.get("body")
    return HttpResponse(
        status,
        {name.lower(): str(value) for name, value in headers.items()} if isinstance(headers, dict) else {},
        text[:LONGEST_TEXT] if isinstance(text, str) and not answer.get("isBase64Encoded") else "",
    )


def _given(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
