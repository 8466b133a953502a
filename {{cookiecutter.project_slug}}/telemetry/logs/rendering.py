"""How a line's fields become JSON: whatever the service has put there, the line is valid and is written."""

import json
import math
from collections.abc import Callable, Mapping
from numbers import Integral, Real
from typing import Any, Final, TypeAlias

OnLogFault: TypeAlias = Callable[[Exception], None]
"""Takes what would have been raised."""

LONGEST_REPR: Final = 4096
"""Characters of an object's `repr` that are kept."""
DEEPEST: Final = 32
"""Levels of nesting that are kept in a line that could not be encoded at first."""


def bounded_repr(value: object) -> str:
    """Return the beginning of `repr(value)`; never raises, except what would end the process."""
    try:
        return _cut_repr(value)
    except Exception:  # noqa: BLE001 - of an object of the service: it may do anything
        return f"<unprintable {type(value).__name__}>"


def _cut_repr(value: object) -> str:
    text = repr(value)
    return text if len(text) <= LONGEST_REPR else f"{text[:LONGEST_REPR]}…"


def rendered(fields: Mapping[str, Any], on_fault: OnLogFault) -> str:
    """Encode the fields of a line as one JSON object.

    NaN and the infinities become null, since JSON has no such numbers. What cannot be encoded, such as a
    dictionary's key that is no text, or a structure that contains itself, is replaced by its `repr`.

    Args:
        fields: Of any values.
        on_fault: Takes the exception where something has been replaced.
    """
    try:
        return _encoded(fields)
    except Exception as error:  # noqa: BLE001 - of an object of the service: it may raise anything
        rebuilt = _Rebuilt()
        line = _encoded(rebuilt.value(fields))
        if rebuilt.replaced:
            on_fault(error)
        return line


def _plain(value: object) -> object:
    """What an object is written as that JSON has no form for."""
    if hasattr(value, "__structlog__"):
        return value.__structlog__()
    if isinstance(value, Integral):  # as NumPy's are
        return int(value)
    if isinstance(value, Real):
        return float(value)
    return _cut_repr(value)


_encoded: Final = json.JSONEncoder(separators=(",", ":"), allow_nan=False, default=_plain).encode


class _Rebuilt:
    """Rebuilds a value of what JSON has a form for."""

    def __init__(self) -> None:
        self.replaced = False
        """Whether anything but NaN and the infinities has been replaced."""
        self._above: list[int] = []
        """Identities of the containers that the value in progress is inside of."""

    def value(self, value: object) -> object:
        if id(value) in self._above or len(self._above) >= DEEPEST:
            return self._replacement(value)
        self._above.append(id(value))
        try:
            return self._value(value)
        except Exception:  # noqa: BLE001 - as in `rendered`
            return self._replacement(value)
        finally:
            self._above.pop()

    def _value(self, value: object) -> object:
        if value is None or isinstance(value, str | bool):
            return value
        if isinstance(value, int):
            int.__repr__(value)  # raises for a number with thousands of digits, as encoding would
            return value
        if isinstance(value, float):
            return value if math.isfinite(value) else None
        if isinstance(value, dict):
            return {self._key(key): self.value(each) for key, each in dict.items(value)}
        if isinstance(value, list | tuple):
            return [self.value(each) for each in value]
        return self.value(_plain(value))

    def _key(self, key: object) -> object:
        if key is None or isinstance(key, str | bool):
            return key
        if isinstance(key, int | float) and self.value(key) == key:
            return key
        return self._replacement(key)

    def _replacement(self, value: object) -> str:
        self.replaced = True
        return bounded_repr(value)
