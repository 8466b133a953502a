"""Lambda's own lines about requests and INIT, in both log formats, as they stand in CloudWatch."""

import re
from collections.abc import Mapping
from typing import Final, get_args

import msgspec

from telemetry import schema
from telemetry.report.read.platform import PlatformInit, PlatformReport, Status

INIT_REPORT: Final = "platform.initReport"

_FIGURE: Final = re.compile(r"([A-Z][A-Za-z ]{1,30}): (\d{1,12}(?:\.\d{1,6})?) (?:ms|MB)(?=\s|$)")
_WORD: Final = re.compile(r"(Status|Phase): (\w{1,20})(?=\s|$)")
_LONGEST: Final = 2000
"""Characters of a report line of the text format that are looked at; they have some 200."""


class _Metrics(msgspec.Struct, frozen=True, rename="camel"):
    duration_ms: float
    billed_duration_ms: float | None = None
    memory_size: float | None = msgspec.field(default=None, name="memorySizeMB")
    max_memory_used: float | None = msgspec.field(default=None, name="maxMemoryUsedMB")
    init_duration_ms: float | None = None
    restore_duration_ms: float | None = None


class _Record(msgspec.Struct, frozen=True, rename="camel"):
    metrics: _Metrics
    request_id: str = ""
    status: str | None = None
    phase: str | None = None
    initialization_type: str | None = None


class _Event(msgspec.Struct, frozen=True):
    type: str
    record: _Record


_events: Final = msgspec.json.Decoder(_Event)


def platform_event(line: str) -> PlatformReport | PlatformInit | None:
    """Read one log event; None where it is not Lambda's report of a request or of an INIT."""
    if line.startswith("{"):
        return _from_json(line) if schema.PLATFORM_REPORT in line or INIT_REPORT in line else None
    if line.startswith("REPORT RequestId: "):
        return _report_from_text(line[:_LONGEST])
    return _init_from_text(line[:_LONGEST]) if line.startswith("INIT_REPORT Init Duration: ") else None


def _from_json(line: str) -> PlatformReport | PlatformInit | None:
    try:
        event = _events.decode(line)
    except (msgspec.DecodeError, RecursionError):
        return None
    record, metrics = event.record, event.record.metrics
    if event.type == schema.PLATFORM_REPORT:
        return PlatformReport(
            record.request_id, metrics.duration_ms, metrics.billed_duration_ms, metrics.memory_size,
            metrics.max_memory_used, metrics.init_duration_ms, metrics.restore_duration_ms,
            status=_status(record.status),
        )  # fmt: skip
    if event.type == INIT_REPORT:
        return PlatformInit(
            metrics.duration_ms, record.phase, _status(record.status), record.initialization_type
        )
    return None


def _report_from_text(line: str) -> PlatformReport | None:
    figures, words = _read(line)
    if "Duration" not in figures:
        return None
    return PlatformReport(
        line.split(maxsplit=3)[2], figures["Duration"], figures.get("Billed Duration"),
        figures.get("Memory Size"), figures.get("Max Memory Used"), figures.get("Init Duration"),
        figures.get("Restore Duration"), status=_status(words.get("Status")),
    )  # fmt: skip


def _init_from_text(line: str) -> PlatformInit | None:
    figures, words = _read(line.removeprefix("INIT_REPORT "))
    if "Init Duration" not in figures:
        return None
    return PlatformInit(figures["Init Duration"], words.get("Phase"), _status(words.get("Status")))


def _read(line: str) -> tuple[Mapping[str, float], Mapping[str, str]]:
    """Take a line apart at its tabs: figures with a unit, and words."""
    figures, words = {}, {}
    for part in line.split("\t"):
        if figure := _FIGURE.match(part):
            figures[figure[1]] = float(figure[2])
        elif word := _WORD.match(part):
            words[word[1]] = word[2]
    return figures, words


def _status(text: str | None) -> Status | None:
    for status in get_args(Status):
        if text == status:
            return status  # type: ignore[no-any-return] # get_args knows no types
    return None
