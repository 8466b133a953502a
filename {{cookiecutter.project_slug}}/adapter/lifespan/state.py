"""The lifespan's state, as one request gets it."""

from collections.abc import ItemsView, Iterator, Mapping, ValuesView
from typing import Any, Self


class RequestState(dict[str, Any]):
    """A shallow copy of the lifespan's state that counts how often each key is read.

    Whoever copies it or walks its values has read them all: what becomes of the values cannot be seen.
    """

    __slots__ = ("_reads",)

    def __init__(self, state: dict[str, Any]) -> None:
        super().__init__(state)
        self._reads: dict[str, int] = {}

    def __getitem__(self, key: str) -> Any:
        value = super().__getitem__(key)
        self._reads[key] = self._reads.get(key, 0) + 1
        return value

    def __iter__(self) -> Iterator[str]:
        # Because of this method `dict(state)` and `{**state}` read key by key, as of any mapping.
        return super().__iter__()

    def get(self, key: str, default: Any = None) -> Any:
        """Return the value of `key`, or `default`."""
        if key not in self:
            return default
        return self[key]

    def pop(self, key: str, *default: Any) -> Any:
        """Take the value of `key` out of this copy: a read of it, if it was there."""
        if key in self:
            self._reads[key] = self._reads.get(key, 0) + 1
        return super().pop(key, *default)

    def setdefault(self, key: str, default: Any = None) -> Any:
        """Return the value of `key`, which is `default` from now on if there was none."""
        super().setdefault(key, default)
        return self[key]

    def items(self) -> ItemsView[str, Any]:  # type: ignore[override] # a view of a copy serves a reader as well
        """Return a view of all items, all of them read."""
        return dict(self).items()

    def values(self) -> ValuesView[Any]:  # type: ignore[override] # as above
        """Return a view of all values, all of them read."""
        return dict(self).values()

    def copy(self) -> dict[str, Any]:
        """Return a plain copy, all of it read."""
        return dict(self)

    def __or__(self, other: Mapping[str, Any]) -> dict[str, Any]:  # type: ignore[override] # no overloads needed
        return {**self, **other}

    def __ror__(self, other: Mapping[str, Any]) -> dict[str, Any]:  # type: ignore[override] # as above
        return {**other, **self}

    def __copy__(self) -> Self:
        return type(self)(dict(self))

    def touched(self, state: Mapping[str, Any]) -> dict[str, int]:
        """Reads by key, of those keys that are the lifespan's own."""
        return {key: count for key, count in self._reads.items() if key in state}
