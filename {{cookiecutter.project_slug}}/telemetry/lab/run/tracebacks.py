"""Reads tracebacks out of what a function has written: plain lines, and entries of its log in JSON."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import dropwhile, islice, takewhile
from typing import Any, Final

MESSAGE_LINES: Final = 5
"""Lines of an exception's message that are shown by themselves, at most."""
LONGEST_MESSAGE: Final = 200
"""Lines: plain output has nothing that ends a message but an empty line."""
SHOWN_LINES: Final = 24
"""Lines of a traceback, at most: its end says most."""

_TRACEBACK: Final = "Traceback (most recent call last):"
_ERROR: Final = "[ERROR] "
"""What the runtime client has before the message, which it writes before the frames in its text format."""
_GROUP_MARGIN: Final = re.compile(r"^[ \t]+[|+] ?", re.MULTILINE)
"""What the traceback of an exception group has before each line."""
_EXCEPTION: Final = re.compile(r"[^\W\d][\w.]*(:|$)")
_ESCAPE_SEQUENCE: Final = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b\r\n]*(?:\x07|\x1b\\)?|.)")
"""Of a terminal: colours, cursor movements, titles."""
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
"""All control characters but tab, line feed and carriage return."""
_CHAINED: Final = (
    "During handling of the above exception, another exception occurred:",
    "The above exception was the direct cause of the following exception:",
)


def plain_text(text: str) -> str:
    """Return a text without what would colour a terminal, or do worse to it."""
    return _CONTROL.sub("", _ESCAPE_SEQUENCE.sub("", text))


def exception_message(output: Sequence[str]) -> list[str]:
    """Return the lines of the message that ends the last traceback; none where there is no traceback."""
    found = [_message(trace) for text in _texts(output) for trace in text.split(_TRACEBACK)[1:]]
    return next(filter(None, reversed(found)), [])


def tracebacks(output: Sequence[str], request_id: str | None = None) -> list[str]:
    """Return the tracebacks as text, one for each exception that was logged, with those that led to it.

    Args:
        output: Whole lines.
        request_id: Of entries that belong to a request, only those of this one.
    """
    plain: list[str] = []
    found: list[str] = []
    for line in output:
        entry = _entry(line)
        if entry is None:
            plain.append(line)
        elif request_id is None or _request_of(entry) in {None, request_id}:
            found += _of_entry(entry)
    return [*_plain("\n".join(plain)), *found]


def shown(traceback: str) -> list[str]:
    """Return the lines to show of a traceback, its end if it is long."""
    lines = traceback.rstrip().splitlines()
    if len(lines) <= SHOWN_LINES:
        return lines
    return [f"... {len(lines) - SHOWN_LINES} lines before these ...", *lines[-SHOWN_LINES:]]


def _entry(line: str) -> dict[str, Any] | None:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return entry if isinstance(entry, dict) else {}


def _request_of(entry: Mapping[str, Any]) -> Any:
    return next((entry[name] for name in ("requestId", "request_id") if name in entry), None)


def _of_entry(entry: Mapping[str, Any]) -> Iterator[str]:
    """Yield the tracebacks of an entry: in the fields of Lambda's runtime client, or as text in others."""
    stack = entry.get("stackTrace")
    if isinstance(stack, list) and "errorType" in entry:
        frames = "".join(f"{str(frame).rstrip()}\n" for frame in stack)
        yield plain_text(f"{_TRACEBACK}\n{frames}{entry['errorType']}: {entry.get('errorMessage', '')}")
    for value in entry.values():
        if isinstance(value, str) and _TRACEBACK in value:
            yield plain_text(value[value.index(_TRACEBACK) :])


def _plain(text: str) -> Iterator[str]:
    """Yield each traceback in plain lines, up to its message."""
    before, *traces = text.replace("\xa0", " ").split(_TRACEBACK)
    chained = ""
    for trace in traces:
        if message := _message(trace, LONGEST_MESSAGE):
            end = trace.index(message[-1]) + len(message[-1])
            chained += f"{_TRACEBACK}{trace[:end]}"
            link = next((text for text in _CHAINED if text in trace[end:]), None)
            if link is None:
                yield chained
            chained = "" if link is None else f"{chained}\n\n{link}\n\n"
        elif (first := before.rstrip().rpartition("\n")[2]).startswith(_ERROR):
            yield f"{_TRACEBACK}{_frames(trace)}{first.removeprefix(_ERROR)}"
        before = trace


def _frames(trace: str) -> str:
    """Return the indented lines that a traceback begins with."""
    return "\n".join(["", *takewhile(lambda line: line.startswith(" "), trace.splitlines()[1:]), ""])


def _texts(output: Sequence[str]) -> Iterator[str]:
    """Yield plain lines as one text, then the texts in JSON entries of the log, which matter more."""
    plain, entries = [], []
    for line in output:
        entry = _entry(line)
        if entry is None:
            plain.append(line)
        else:
            entries += [plain_text(value) for value in entry.values() if isinstance(value, str)]
    yield "\n".join(plain)
    yield from entries


def _message(trace: str, most: int = MESSAGE_LINES) -> list[str]:
    """Return what comes after the frames, which are indented."""
    lines = _GROUP_MARGIN.sub("", trace).splitlines()
    message = dropwhile(lambda line: not _EXCEPTION.match(line), lines)
    return [line.rstrip() for line in islice(takewhile(lambda line: line.strip(" -+|"), message), most)]
