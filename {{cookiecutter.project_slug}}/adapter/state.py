"""The lifespan's state, as one request gets it."""

from collections.abc import Mapping
from typing import Any


class RequestState(dict[str, Any]):
    """A shallow copy of the lifespan's state that counts how often each key is read."""

    __slots__ = ("_reads",)

    def __init__(self, state: dict[str, Any]) -> None:
        super().__init__(state)
        self._reads: dict[str, int] = {}

    def __getitem__(self, key: str) -> Any:
        value = super().__getitem__(key)
        self._reads[key] = self._reads.get(key, 0) + 1
        return value

    def get(self, key: str, default: Any = None) -> Any:
        """Return the value of `key`, or `default`."""
        if key not in self:
            return default
        return self[key]

    def touched(self, state: Mapping[str, Any]) -> dict[str, int]:
        """Reads by key, of those keys that are the lifespan's own."""
        return {key: count for key, count in self._reads.items() if key in state}
