"""Work that may hang, done in a thread, so that whoever waits for it can give up in time."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


class Aside:
    """Does one piece of work at a time.

    What nobody waits for any more goes on to its end; until then there is no place for anything else.
    """

    def __init__(self) -> None:
        self._pending: Future[Any] | None = None

    def run(self, work: Callable[[], T], until: float) -> T:
        """Do `work`; raises what it raises, and `TimeoutError` at `until`, as `time.monotonic` has it."""
        if self._pending is not None:
            self._settle(self._pending, until)
        done: Future[T] = Future()
        self._pending = done
        threading.Thread(target=_do, args=(work, done), name="telemetry", daemon=True).start()
        try:
            return done.result(_left(until))
        finally:
            if done.done():
                self._pending = None

    def _settle(self, pending: Future[Any], until: float) -> None:
        """Wait for what was given up; what became of it is of no interest."""
        pending.exception(_left(until))
        self._pending = None


def _do(work: Callable[[], T], done: "Future[T]") -> None:
    try:
        done.set_result(work())
    except BaseException as error:  # noqa: BLE001 - it is raised where somebody waits
        done.set_exception(error)


def _left(until: float) -> float:
    return max(0.0, until - time.monotonic())
