"""Values of which each process has its own: identifiers that were drawn, and times that were taken.

It is loaded by path in the function's own process, and imports nothing but the standard library.
"""

import datetime as dt
import hashlib
import re
import time
import uuid
from typing import Any, Final

DAY: Final = 86_400.0
"""Seconds. What is so near to now, in seconds since 1970, was taken from a clock."""
LONGEST: Final = 256
"""Characters of a text that is looked at."""
RANDOM_BYTES: Final = range(8, 65)
"""Length of bytes that may have been drawn."""
RANDOM_BITS: Final = range(56, 129)
"""Of a number that may have been drawn. Addresses have 47."""

DRAWN: Final = (str, bytes, int, float, uuid.UUID, dt.datetime)
"""Types of such values."""
_HEX: Final = re.compile(
    r"(?<![0-9a-zA-Z])(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{16,128}(?![0-9a-zA-Z])", re.IGNORECASE
)
_UUID: Final = re.compile(
    r"(?<![0-9a-zA-Z])[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}(?![0-9a-zA-Z])", re.IGNORECASE
)
_TOKEN: Final = re.compile(r"(?=.*\d)(?=.*[a-z])(?=.*[A-Z])[\w-]{20,128}={0,2}")


class Clocks:
    """What the clocks have shown since `wall` and `steady`, in seconds, early in the process's life."""

    def __init__(self, wall: float, steady: float) -> None:
        self._wall = wall
        self._steady = steady

    def kind_of(self, value: Any) -> str | None:
        """Return which clock a number or a date was taken from, as far as that can be told."""
        if isinstance(value, dt.datetime):
            return "time of day" if _is_near(value) else None
        if type(value) is float:
            return self._of_seconds(value)
        if type(value) is not int:
            return None
        if self._is_wall(value) or self._is_wall(value / 1e3) or self._is_wall(value / 1e9):
            return "time of day"
        return "monotonic clock" if self._is_steady(value / 1e9) else None

    def _of_seconds(self, value: float) -> str | None:
        if self._is_steady(value):
            return "monotonic clock"
        is_wall = abs(value - time.time()) < DAY or self._is_wall(value / 1e3) or self._is_wall(value / 1e9)
        return "time of day" if is_wall else None

    def _is_wall(self, seconds: float) -> bool:
        return self._wall - 1 <= seconds <= time.time()

    def _is_steady(self, seconds: float) -> bool:
        return self._steady <= seconds <= time.monotonic()


def identifier_kind(value: Any) -> str | None:
    """Return what a value may have been drawn for; None for what is not drawn."""
    if isinstance(value, uuid.UUID):
        return "UUID"
    if isinstance(value, str):
        return _kind_of_text(value)
    if isinstance(value, bytes):
        text = value.decode("ascii", "replace")
        if text.isascii() and text.isprintable():
            return _kind_of_text(text)
        return "random bytes" if len(value) in RANDOM_BYTES else None
    if type(value) is int and value > 0 and value.bit_length() in RANDOM_BITS:
        return "random number"
    return None


def digest(value: Any) -> str:
    """Return what stands for a value, which may be a secret, outside of the process."""
    text = f"{type(value).__name__} {value!r}".encode(errors="backslashreplace")
    return hashlib.blake2b(text, digest_size=12).hexdigest()


def _kind_of_text(text: str) -> str | None:
    if not 16 <= len(text) <= LONGEST:
        return None
    if _UUID.search(text):
        return "UUID"
    return "random text" if _HEX.search(text) or _TOKEN.fullmatch(text) else None


def _is_near(value: dt.datetime) -> bool:
    try:
        return abs(value.timestamp() - time.time()) < DAY
    except (OverflowError, OSError, ValueError):
        return False
