"""One invocation: the event as API Gateway stamps it, what came of it, and Lambda's report line about it."""

import json
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, TypeAlias

from telemetry.schema import AFTER_RESTORE_MS, PLATFORM_REPORT, Start

Status: TypeAlias = Literal["success", "error", "timeout"]


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
    http_status: int | None = None

    @property
    def failure(self) -> str | None:
        """Why the client got no 2xx response, in a few words; None when it got one."""
        if self.status != "success":
            return self.error_type or self.status
        if self.http_status is None or 200 <= self.http_status < 300:
            return None
        return f"status {self.http_status}"


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


def http_status(body: bytes) -> int | None:
    """Return the HTTP status in a response for API Gateway; None in any other response."""
    try:
        status = json.loads(body)["statusCode"]
    except (ValueError, KeyError, TypeError):
        return None
    return status if isinstance(status, int) else None


def _given(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
