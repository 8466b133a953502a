"""What bounds the size of a record: names are the app's own, and so is their number."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from json.encoder import encode_basestring_ascii as quoted
from typing import Any, Final

LONGEST_NAME: Final = 1024
"""Characters of a name; no longer one could be a dimension of a metric."""
LONGEST_ROUTE: Final = 128
MARK: Final = 9
"""Characters by which a name that is cut differs from others that begin like it."""


def bounded_name(name: str, longest: int = LONGEST_NAME) -> str:
    """`name`, or if that is too long its beginning and 8 digits of its hash: other names stay other names."""
    if len(name) <= longest:
        return name
    digest = hashlib.blake2s(name.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()
    return f"{name[: longest - MARK]}~{digest}"


def bounded_counts(
    counts: Mapping[Any, int], preferred: Collection[str], most_bytes: int
) -> tuple[dict[str, int], int]:
    """As many counts as fit into `most_bytes` of JSON, by name, and how many names had no room.

    Names in `preferred` come first, the others in their order. None is cut.
    """
    named: dict[str, int] = {}
    for key, count in counts.items():
        name = str(key)
        named[name] = named.get(name, 0) + count
    kept: dict[str, int] = {}
    room = most_bytes
    for name in sorted(named, key=lambda name: name not in preferred):
        size = len(quoted(name)) + len(f":{named[name]},")
        if size <= room:
            kept[name] = named[name]
            room -= size
    return kept, len(named) - len(kept)


def bounded_names(names: Iterable[Any], preferred: Collection[str], most_bytes: int) -> tuple[list[str], int]:
    """As many names as fit into `most_bytes`, and how many had no room; see `bounded_counts`."""
    kept, left_out = bounded_counts(dict.fromkeys(names, 0), preferred, most_bytes)
    return [*kept], left_out
