"""Lambda's REPORT line in the text log format."""

import re

from telemetry.report.records import PlatformMetrics, PlatformRecord, PlatformReport

REPORT = b"REPORT RequestId:"
REQUEST_ID = re.compile(r"REPORT RequestId: (\S+)")
FIGURE = re.compile(r"\b((?:[A-Z][a-z]+ )*Duration|Memory Size|Max Memory Used): ([\d.]+) (?:ms|MB)")


def report_from(line: bytes) -> PlatformReport | None:
    """Read a REPORT line, whatever stands before it; None when it lacks a duration."""
    text = line.decode("utf-8", "replace")
    request = REQUEST_ID.search(text)
    figures = {name: float(value) for name, value in FIGURE.findall(text)}
    if request is None or not {"Duration", "Billed Duration"} <= figures.keys():
        return None
    metrics = PlatformMetrics(
        duration_ms=figures["Duration"],
        billed_ms=figures["Billed Duration"],
        memory_mb=figures.get("Memory Size"),
        used_mb=figures.get("Max Memory Used"),
        init_ms=figures.get("Init Duration"),
        restore_ms=figures.get("Restore Duration"),
    )
    return PlatformReport(PlatformRecord(request[1], metrics))
