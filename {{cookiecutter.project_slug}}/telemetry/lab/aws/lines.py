"""Lines that the report reads: records of telemetry, and Lambda's reports of requests, INIT and restores."""

import json
import re
from collections.abc import Collection, Hashable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from telemetry.lab.aws.refusals import GONE, code_of
from telemetry.report.aws.log_group import events
from telemetry.report.aws.period import Window
from telemetry.report.errors import UnusableError
from telemetry.report.read.platform.events import PlatformEvent, PlatformReport, PlatformStart
from telemetry.report.read.platform.json_lines import event_from_json
from telemetry.report.read.platform.text_lines import event_from_text
from telemetry.schema import KINDS, LAB, RECORD, SCHEMA

SKEW: Final = timedelta(minutes=5)
"""By which this machine's clock may be off."""
VERSION: Final = re.compile(r"\[(\d+|\$LATEST)\]")
"""Lambda names a log stream by date, version and environment."""


class Line(NamedTuple):
    """A line, and what it says."""

    text: bytes
    key: Hashable
    """Equal for a line that comes a second time: in the answer to a request, and out of the log group."""
    record: Mapping[str, Any]
    """Of telemetry; empty where the line is the platform's."""
    report: PlatformReport | None = None


def line_of(text: bytes) -> Line | None:
    """Read a line; None for whatever else a function logs, which stays in its log group."""
    event = event_of(text)
    if isinstance(event, PlatformReport):
        return Line(text, ("report", event.request_id), {}, event)
    if event is not None:
        return None if isinstance(event, PlatformStart) else Line(text, text.strip(), {})
    record = _record(text)
    return None if record is None else Line(text, json.dumps(record, sort_keys=True), record)


def event_of(text: bytes) -> PlatformEvent | None:
    """Read a line of Lambda's, in either log format."""
    return event_from_json(text) if text.startswith(b"{") else event_from_text(text)


def holds_all(lines: list[bytes], request_id: str) -> bool:
    """Whether the end of a log has a request from its beginning to its end."""
    events = [event_of(line) for line in lines]
    began = any(isinstance(event, PlatformStart) and event.request_id == request_id for event in events)
    return began and any(
        isinstance(event, PlatformReport) and event.request_id == request_id for event in events
    )


def _record(text: bytes) -> Mapping[str, Any] | None:
    if not text.startswith(b"{"):
        return None
    try:
        record = json.loads(text)
    except (ValueError, RecursionError):
        return None
    kind = record.get(RECORD)
    return record if kind in KINDS and kind != LAB and SCHEMA in record else None


def logged(logs: Any, group: str, since: datetime, versions: Collection[str]) -> Iterator[Line]:
    """Yield the lines of some versions out of their log group: INIT, and what an answer was too short for.

    Raises:
        UnusableError: CloudWatch refuses.
    """
    window = Window(since - SKEW, datetime.now(UTC) + SKEW, settled=False)
    try:
        for event in events(logs, group, window):
            found = VERSION.search(event.stream)
            line = line_of(event.line) if found is not None and found[1] in versions else None
            if line is not None:
                yield line
    except UnusableError as error:
        if code_of(error) not in GONE:  # there is no group before its first line
            raise
