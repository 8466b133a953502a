"""What tools that print a log as text put before each line: when, and in which log stream, it was written."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from telemetry.report.read.origin import Message, Origin, milliseconds
from telemetry.report.read.shapes.majority import kind_of
from telemetry.report.read.skipped import NOT_JSON, TEXT, UNPREFIXED, Skip

COLOUR: Final = rb"(?:\x1b\[[0-9;]{0,12}m)?"
TIME: Final = (
    COLOUR + rb"(?P<time>\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?)" + COLOUR
)
STREAM: Final = COLOUR + rb"(?P<stream>\d{4}/\d\d/\d\d/[\w-]{0,140}\[[\w$.-]{1,140}\][0-9a-f]{1,64})" + COLOUR
TIME_AFTER: Final = re.compile(rb"\t\d{13}")
SPREAD_LINES: Final = 20_000
"""Lines of one JSON object that a tool spread over several lines."""


@dataclass(frozen=True, slots=True)
class Prefix:
    """One tool's way to begin a line."""

    name: str
    pattern: re.Pattern[bytes]
    time_after: bool = False
    """The tool puts a tab and the time in milliseconds after the line, or on the next one."""
    spread: bool = False
    """The tool spreads a JSON object over lines that have no prefix, up to a `}` at the start of a line."""

    def taken_off(self, line: bytes) -> Message | None:
        """Return the message behind the prefix; None if the line does not begin with it."""
        found = self.pattern.match(line)
        if found is None:
            return None
        parts, text = found.groupdict(), line[found.end() :]
        if self.time_after and TIME_AFTER.fullmatch(text[-14:]):
            text = text[:-14]
        stream, time = parts.get("stream"), parts.get("time")
        return Message(
            text,
            Origin(
                stream=None if stream is None else stream.decode(),
                at_ms=None if time is None else milliseconds(time.decode()),
            ),
        )


PREFIXES: Final = (
    Prefix("aws logs tail", re.compile(TIME + b" " + STREAM + b"(?: |$)"), spread=True),
    Prefix("sam logs", re.compile(STREAM + b" " + TIME + b" "), spread=True),
    Prefix("time", re.compile(TIME + rb"[ \t]")),
    Prefix(
        "aws logs --output text",
        re.compile(rb"EVENTS\t(?:\d{20,60}\t)?\d{13}\t(?:" + STREAM + rb"\t)?"),
        time_after=True,
    ),
    Prefix("docker compose logs", re.compile(rb"[a-zA-Z0-9][\w.-]{0,80} {1,40}\| ")),
)
"""`time` is that of `aws logs tail --format short`, of exports to S3, of `docker logs -t`, of the console."""


class _Spread:
    """A JSON object that a tool spread over lines, the first of which has the prefix."""

    def __init__(self) -> None:
        self._lines: list[bytes] = []
        self._origin = Origin()

    def begin(self, message: Message) -> None:
        """Take the line with the prefix."""
        self._lines, self._origin = [message.text], message.origin

    def add(self, line: bytes) -> Message | Skip | None:
        """Take the next line, and return the object when it is whole."""
        if not self._lines:
            return _without_prefix(line.strip())
        self._lines.append(line)
        if line.rstrip() == b"}":
            whole = Message(b"\n".join(self._lines), self._origin)
            self._lines = []
            return whole
        return self.cut() if len(self._lines) > SPREAD_LINES else None

    def cut(self) -> Skip | None:
        """Give up what was begun, since another line begins."""
        begun = any(line.strip() for line in self._lines)
        self._lines = []
        return NOT_JSON if begun else None


def _without_prefix(line: bytes) -> Skip | None:
    """Tell what a line that continues a message is: the app's, though it may look like another's."""
    if not line:
        return None
    kind = kind_of(line)
    return TEXT if kind is None else UNPREFIXED[kind]


def messages(lines: Iterator[bytes | Skip], prefix: Prefix) -> Iterator[Message | Skip]:
    """Yield what stands behind the prefix; a line without one continues the message before it."""
    spread = _Spread()
    for line in lines:
        found = line if isinstance(line, Skip) else prefix.taken_off(line)
        if found is None:
            found = spread.add(line) if isinstance(line, bytes) else None
        elif cut := spread.cut():
            yield cut
        if isinstance(found, Message) and prefix.spread and found.text.rstrip() in {b"", b"{"}:
            spread.begin(found)
        elif found is not None:
            yield found
    if cut := spread.cut():
        yield cut
