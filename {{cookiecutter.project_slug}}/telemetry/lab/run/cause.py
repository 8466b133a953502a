"""Why a function did not start, in the words of the exception: found in what it wrote.

The adapter tells Lambda only where an exception came from, as its message may hold a secret. The message is
in the function's own log, at the end of a traceback that is one long line of escaped JSON there.
"""

import json
import re
from collections.abc import Iterator, Sequence
from itertools import dropwhile, islice, takewhile
from typing import Final

_HEAD: Final = "Traceback (most recent call last):"
_MARGIN: Final = re.compile(r"^[ \t]+[|+] ?", re.MULTILINE)
"""Of the traceback of an exception group."""
_NAMED: Final = re.compile(r"[^\W\d][\w.]*(:|$)")
LINES: Final = 5
"""Of a message, at most."""


def cause_in(said: Sequence[str]) -> list[str]:
    """Return the lines of the message that ends the last traceback; none where there is no traceback."""
    found = [_message(trace) for text in _texts(said) for trace in text.split(_HEAD)[1:]]
    return next(filter(None, reversed(found)), [])


def _texts(said: Sequence[str]) -> Iterator[str]:
    """Yield each text with its lines apart; the log's own entries last, for they matter most."""
    plain, entries = [], []
    for line in said:
        try:
            entry = json.loads(line)
        except ValueError:
            plain.append(line)
            continue
        if isinstance(entry, dict):
            entries += [value for value in entry.values() if isinstance(value, str)]
    yield "\n".join(plain)
    yield from entries


def _message(trace: str) -> list[str]:
    """Return what comes after the frames, which are indented."""
    lines = _MARGIN.sub("", trace).splitlines()
    message = dropwhile(lambda line: not _NAMED.match(line), lines)
    return [line.rstrip() for line in islice(takewhile(lambda line: line.strip(" -+|"), message), LINES)]
