"""Stdout, which becomes the log: what telemetry writes is a line of its own, whatever stdout is."""

import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, Final, TextIO, cast

STDOUT_FD: Final = 1


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
