"""What telemetry writes: lines of JSON, in CloudWatch's units and its embedded metric format (EMF).

The limits are those of the EMF specification and of `PutMetricData`, and bounds of a record's size:
names are the app's own, and so is their number. Lines go to stdout, which becomes the log: each is a line of
its own there, whatever stdout is.
"""

import hashlib
import string
import sys
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from json.encoder import encode_basestring_ascii as quoted
from typing import Any, Final, TextIO, TypeAlias, cast

from telemetry.schema import METRICS

Write: TypeAlias = Callable[[str], None]
"""Writes one line, its newline included, in one piece."""

_NAMESPACE: Final = frozenset(string.ascii_letters + string.digits + ".-_/#: ")

LONGEST_NAME: Final = 1024
"""Characters of a name; no longer one could be a dimension of a metric."""
LONGEST_ROUTE: Final = 128
MARK: Final = 9
"""Characters by which a name that is cut differs from others that begin like it."""

STDOUT_FD: Final = 1


def milliseconds(ns: int) -> float:
    """Convert nanoseconds to milliseconds, rounded to three decimals, so that the JSON stays short."""
    return (ns + 500) // 1000 / 1000


def unix_milliseconds(ns: int) -> int:
    """Convert an instant in Unix nanoseconds to whole milliseconds, the unit of CloudWatch's timestamps."""
    return ns // 1_000_000


def checked_namespace(text: str) -> str:
    """Return `text`, a namespace that CloudWatch accepts.

    Raises:
        ValueError: CloudWatch would reject it.
    """
    if not 1 <= len(text) <= 255 or text.startswith("AWS/") or not _NAMESPACE.issuperset(text):
        raise ValueError("not a namespace")
    return text


def checked_dimension(text: str) -> str:
    """Return `text`, a dimension's value that CloudWatch accepts.

    Raises:
        ValueError: CloudWatch would reject it.
    """
    printable = text.isascii() and text.isprintable() and not text.isspace()
    if not 1 <= len(text) <= 1024 or not printable or text.startswith(":"):
        raise ValueError("not a dimension's value")
    return text


def with_metrics(
    namespace: str, record: Mapping[str, Any], kind: str, *, experiment: bool = False
) -> dict[str, Any]:
    """Prepend the `_aws` member, which declares the record's metrics of this kind to CloudWatch.

    `record` must hold `at`; a metric that it has no value for is not declared.
    """
    sets: dict[tuple[tuple[str, ...], ...], list[dict[str, str]]] = {}
    for metric in METRICS:
        if metric.record == kind and metric.name in record:
            dimensions = metric.dimensions + (metric.in_experiment if experiment else ())
            sets.setdefault(dimensions, []).append({"Name": metric.name, "Unit": metric.unit})
    directives = [
        {"Namespace": namespace, "Dimensions": dimensions, "Metrics": metrics}
        for dimensions, metrics in sets.items()
    ]
    return {"_aws": {"Timestamp": record["at"], "CloudWatchMetrics": directives}, **record}


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


class LastLine:
    """What several streams know together that end in the same file."""

    __slots__ = ("unfinished",)

    def __init__(self) -> None:
        self.unfinished = False


class Stdout:
    """A stream that knows whether its last line is unfinished; in all else the stream that it is given."""

    def __init__(self, stream: Any, last_line: LastLine | None = None) -> None:
        self._stream = stream
        self._write = stream.write
        self.last_line = last_line or LastLine()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    @property
    def buffer(self) -> "Stdout":
        """The stream of bytes below, watched as well."""
        return Stdout(self._stream.buffer, self.last_line)

    def write(self, text: Any) -> Any:
        """Write whatever the service prints."""
        self.last_line.unfinished = _is_unfinished(text, self.last_line.unfinished)
        return self._write(text)

    def writelines(self, lines: Iterable[Any]) -> None:
        """Write several texts."""
        for line in lines:
            self.write(line)

    def write_line(self, line: str) -> None:
        """Write a line of ours, its newline included, in one piece, and below what is unfinished."""
        if self.last_line.unfinished:
            self.last_line.unfinished = False
            line = "\n" + line
        self._write(line)
        self._stream.flush()


def watched_stdout() -> Stdout:
    """The current `sys.stdout`, put behind a `Stdout` from now on; what was printed before is not known.

    So is `sys.__stdout__`, if that is the same file. Where the service has set `sys.stdout` to None, it is
    the process's own. What goes to the file descriptor past these two cannot be seen.

    Raises:
        OSError: There is no stdout.
    """
    stdout = sys.stdout
    if type(stdout) is Stdout:
        return stdout
    if stdout is None:
        return _own_stdout()
    watched = Stdout(stdout)
    if _is_same_file(stdout, sys.__stdout__):
        own = _own_stdout()
        watched.last_line = own.last_line
        sys.__stdout__ = cast("Any", own)  # type: ignore[misc] # final for type checkers only
    sys.stdout = cast("TextIO", watched)
    return watched


def write_stdout(line: str, on_fault: Callable[[Exception], None] | None = None) -> None:
    """Write to the current `sys.stdout`, as a line of its own; if that fails, to the process's own stdout.

    Behind what `print("…", end="")` left there, CloudWatch would find no metrics in the line.

    Args:
        line: With its newline.
        on_fault: Takes what the current `sys.stdout` raised, once the line has been written past it.

    Raises:
        OSError: There is no stdout, or none that can be written to.
    """
    try:
        watched_stdout().write_line(line)
    except Exception as error:  # noqa: BLE001 - the service may have put anything there
        failure = error
    else:
        return
    _write_past(line)
    if on_fault is not None:
        on_fault(failure)


def _write_past(line: str) -> None:
    """Write to the process's own stdout; closed by the service, its file descriptor is open all the same."""
    own = _own_stdout()
    try:
        own.write_line(line)
    except (OSError, ValueError):
        with open(STDOUT_FD, "w", encoding="utf-8", closefd=False) as log:
            log.write(line)


def _own_stdout() -> Stdout:
    own: Any = sys.__stdout__
    if own is None:
        raise OSError("no stdout")
    return own if type(own) is Stdout else Stdout(own)


def _is_same_file(one: Any, other: Any) -> bool:
    with suppress(Exception):  # not every stream has a file
        return bool(one.fileno() == other.fileno())
    return False


def _is_unfinished(text: Any, before: bool) -> bool:  # noqa: FBT001 - passed by position, for each print
    """Whether the line is unfinished after `text`, or the bytes of a buffer."""
    if isinstance(text, str):
        return text[-1] != "\n" if text else before
    with suppress(TypeError, ValueError):  # no buffer: writing it will say so
        data = memoryview(text)
        return data.cast("B")[-1] != ord("\n") if data.nbytes else before
    return before
