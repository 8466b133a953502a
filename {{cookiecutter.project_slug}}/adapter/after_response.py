"""Work that waits until a response has left, and that the next event waits for."""

import logging
import sys
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

Work: TypeAlias = Callable[[float], None]
"""Takes the seconds that the invocation has left."""

SLICE_S: Final = 0.05
"""How often is looked for an event that does not come to the adapter at all."""
UNSEEN_SLICES: Final = 2
LEAVING_S: Final = 1.0
"""The longest that a response takes to leave, once the handler has returned it."""
BLIND_S: Final = 0.05
"""Allowed to a response where the runtime client is none that we know."""
POLL_S: Final = 0.0005

logger = logging.getLogger("adapter")


class AfterResponse:
    """Called in the extension's thread with each INVOKE, while the main thread serves that event.

    The handler's return is too early: the runtime client still has to send what it returned. When that is
    done, it asks for the next event, and only there can it be seen.
    """

    def __init__(self, work: Work) -> None:
        self._work = work
        self._runtime = threading.get_ident()
        """The thread that calls the handler imports it too."""
        self._handled = ""
        self._wake = threading.Event()

    def handled(self, request_id: str) -> None:
        """Take note that the handler is through with an event."""
        self._handled = request_id
        self._wake.set()

    def __call__(self, invoke: Mapping[str, Any]) -> None:
        """See an event through; does no work for one that the adapter does not get. Never raises."""
        try:
            ends = float(invoke["deadlineMs"]) / 1000
            if self._is_through(str(invoke["requestId"]), ends):
                self._await_next(min(ends, time.time() + LEAVING_S))
                self._work(ends - time.time())
        except Exception:  # the next event must come, whatever this was
            logger.exception("The work after a response failed.")

    def _is_through(self, request_id: str, ends: float) -> bool:
        unseen = 0
        while self._handled != request_id:
            if unseen == UNSEEN_SLICES or time.time() > ends:
                return False
            woken = self._wake.wait(SLICE_S)
            self._wake.clear()
            unseen = unseen + 1 if not woken and asks_for_next(self._runtime) else 0
        return True

    def _await_next(self, ends: float) -> None:
        if "awslambdaric" not in sys.modules:
            time.sleep(BLIND_S)
            return
        while not asks_for_next(self._runtime) and time.time() < ends:
            time.sleep(POLL_S)


def asks_for_next(thread: int) -> bool:
    """Whether Lambda's runtime client waits, in that thread, for the next event."""
    frame = sys._current_frames().get(thread)  # noqa: SLF001 - documented, and nothing else tells
    while frame is not None:
        if frame.f_code.co_name == "wait_next_invocation":
            return True
        frame = frame.f_back
    return False
