"""The lines that Lambda itself writes to a function's log, as text or as JSON."""

import json
import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from tests.lambda_api.deployed import Deployed

RUNTIME_VERSION: Final = "loopback"


@dataclass(frozen=True, slots=True)
class Report:
    """What Lambda's last line about an invocation says. Durations are in milliseconds."""

    request_id: str
    status: str
    duration_ms: float
    billed_ms: float
    """Of the invocation, with what extensions did after the response; INIT on demand comes on top."""
    memory_mb: int
    peak_memory_mb: int | None
    error_type: str | None = None
    init_ms: float | None = None
    restore_ms: float | None = None

    def metrics(self) -> dict[str, float]:
        """Return the numbers under the names that they have in JSON."""
        found = {
            "durationMs": round(self.duration_ms, 3),
            "billedDurationMs": math.ceil(self.billed_ms + (self.init_ms or 0)),
            "memorySizeMB": self.memory_mb,
            "maxMemoryUsedMB": self.peak_memory_mb,
            "initDurationMs": self.init_ms and round(self.init_ms, 3),
            "restoreDurationMs": self.restore_ms and round(self.restore_ms, 3),
            "billedRestoreDurationMs": self.restore_ms and math.ceil(self.restore_ms),
        }
        return {name: value for name, value in found.items() if value is not None}


class PlatformLines:
    """Writes the lines in the format that the function's logging configuration asks for."""

    def __init__(self, deployed: Deployed) -> None:
        self._deployed = deployed
        self._json = deployed.log_format == "JSON"

    def init_start(self) -> bytes:
        """Return the first line of an environment."""
        if not self._json:
            return f"INIT_START Runtime Version: {self._deployed.runtime}.{RUNTIME_VERSION}\n".encode()
        record = {
            "initializationType": self._deployed.init_type,
            "phase": "init",
            "runtimeVersion": f"{self._deployed.runtime}.{RUNTIME_VERSION}",
            "functionName": self._deployed.name,
            "functionVersion": self._deployed.version,
        }
        return _line("platform.initStart", record)

    def init_report(self, milliseconds: float, status: str, error_type: str | None) -> bytes:
        """Return the line about an INIT that failed; nothing is written about any other."""
        if not self._json:
            error = f"\tError Type: {error_type}" if error_type else ""
            times = f"Init Duration: {milliseconds:.2f} ms\tPhase: init\tStatus: {status}"
            return f"INIT_REPORT {times}{error}\n".encode()
        record = {
            "initializationType": self._deployed.init_type,
            "phase": "init",
            "status": status,
            "errorType": error_type,
            "metrics": {"durationMs": round(milliseconds, 3)},
        }
        return _line("platform.initReport", record)

    def start(self, request_id: str) -> bytes:
        """Return the first line of an invocation."""
        if not self._json:
            return f"START RequestId: {request_id} Version: {self._deployed.version}\n".encode()
        return _line("platform.start", {"requestId": request_id, "version": self._deployed.version})

    def report(self, report: Report) -> bytes:
        """Return the last lines of an invocation."""
        metrics = report.metrics()
        if not self._json:
            return _text(report, metrics)
        record = {
            "requestId": report.request_id,
            "status": report.status,
            "errorType": report.error_type,
            "metrics": metrics,
        }
        return _line("platform.report", record)


LABELS: Final = {
    "durationMs": "Duration: {:.2f} ms",
    "billedDurationMs": "Billed Duration: {} ms",
    "memorySizeMB": "Memory Size: {} MB",
    "maxMemoryUsedMB": "Max Memory Used: {} MB",
    "initDurationMs": "Init Duration: {:.2f} ms",
    "restoreDurationMs": "Restore Duration: {:.2f} ms",
    "billedRestoreDurationMs": "Billed Restore Duration: {} ms",
}


def _text(report: Report, metrics: dict[str, float]) -> bytes:
    parts = [f"REPORT RequestId: {report.request_id}"]
    parts += [LABELS[name].format(value) for name, value in metrics.items()]
    if report.status != "success":
        parts += [f"Status: {report.status}"]
    if report.error_type is not None:
        parts += [f"Error Type: {report.error_type}"]
    return f"END RequestId: {report.request_id}\n".encode() + "\t".join(parts).encode() + b"\n"


def _line(kind: str, record: dict[str, Any]) -> bytes:
    written_at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    given = {name: value for name, value in record.items() if value is not None}
    line = {"time": written_at, "type": kind, "record": given}
    return json.dumps(line, separators=(",", ":")).encode() + b"\n"
