"""The lines of a log group, filtered by CloudWatch and downloaded hour by hour, each hour once."""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from telemetry.progress import progress
from telemetry.report.aws.cache import Cache
from telemetry.report.aws.clients import explained
from telemetry.report.aws.period import Period, Window
from telemetry.report.errors import UnusableError
from telemetry.report.read.origin import Message, Origin

PATTERN: Final = (
    r'?"\"record\":\"" ?"platform.report" ?"platform.initReport" ?"platform.restoreReport"'
    ' ?"REPORT RequestId" ?"INIT_REPORT Init Duration" ?"RESTORE_REPORT Restore Duration"'
)
"""Records, and what Lambda reports of requests, INIT and restores, in both log formats.

Whatever else is in the log stays where it is.
"""


class Event(NamedTuple):
    """A line of a log group, and which log stream it is from: one per execution environment."""

    stream: str
    line: bytes
    """Without its line end."""
    at_ms: float | None = None


def log_group_lines(logs: Any, group: str, period: Period, cache: Cache) -> Iterator[Message]:
    """Yield all records of a period; hours that were downloaded before come from the cache.

    Raises:
        UnusableError: CloudWatch refuses.
    """
    windows = list(period.windows())
    with progress(f"reading {group}", len(windows), "hours") as advance:
        for window in windows:
            messages = cache.messages(window)
            if messages is None:
                messages = fetched(logs, group, window)
                if window.settled:
                    messages = cache.keep(window, messages)
            for message in messages:
                yield message._replace(origin=message.origin._replace(group=group))
            advance()


def fetched(logs: Any, group: str, window: Window) -> Iterator[Message]:
    """Yield the records of a window, page by page.

    Raises:
        UnusableError: CloudWatch refuses.
    """
    for event in events(logs, group, window):
        yield Message(event.line, Origin(group, event.stream or None, event.at_ms))


def events(logs: Any, group: str, window: Window) -> Iterator[Event]:
    """Yield the records and report lines of a window, page by page.

    Raises:
        UnusableError: CloudWatch refuses, as it does for log groups that are not of the class STANDARD.
    """
    with explained(f"log group {group}"):
        pages = logs.get_paginator("filter_log_events").paginate(
            logGroupName=group, filterPattern=PATTERN, startTime=window.start_ms, endTime=window.last_ms
        )
        for page in pages:
            for event in page["events"]:
                text = event["message"].rstrip("\n")
                # Half a character, which JSON can spell, cannot be encoded.
                yield Event(
                    event.get("logStreamName", ""), text.encode("utf-8", "replace"), event.get("timestamp")
                )


def group_arn(logs: Any, group: str) -> str:
    """Return the ARN of a log group, which tells it from those of other accounts and regions.

    Raises:
        UnusableError: There is no such group.
    """
    with explained(f"log group {group}"):
        for page in logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=group):
            for found in page["logGroups"]:
                if found["logGroupName"] == group:
                    return str(found["arn"])
    raise UnusableError(f"log group {group}: there is no log group of that name in {logs.meta.region_name}.")
