"""Turns SIGTERM into an orderly end of the process."""

import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Any, NoReturn

from adapter.errors import NestedLoopError
from adapter.last_words import end_process
from adapter.loop import refuse_nesting

RESPONSE_S = 0.05
"""How long after an invocation its response may still be on the way."""

logger = logging.getLogger("adapter")


class Sigterm:
    """Ends the process on SIGTERM, with exit code 0: first `end`, then the handler that was there before.

    A signal that comes while an invocation runs, while its response may still be on its way, or while others
    run a loop, is sent again later: no loop can be run inside another, and the response must leave.
    """

    def __init__(self, end: Callable[[], None]) -> None:
        self._end = end
        self._pid = os.getpid()
        self._previous: Any = None
        self._installed = False
        self.pending = False
        """One has come and was put off."""
        self._busy = False
        self._interrupt: Callable[[], None] | None = None
        self._idle_since = -RESPONSE_S
        self._heard = 0
        """How often the main thread has noticed one."""

    def install(self) -> None:
        """Handle SIGTERM from now on; off the main thread, where Python allows no handler, do nothing."""
        try:
            self._previous = signal.signal(signal.SIGTERM, self._handle)
        except ValueError:
            return
        self._installed = True

    def uninstall(self) -> None:
        """Give SIGTERM back, unless someone else has taken it since."""
        if self._installed and signal.getsignal(signal.SIGTERM) == self._handle:
            signal.signal(signal.SIGTERM, self._previous)
        self._installed = False

    def hold(self, interrupt: Callable[[], None] | None = None) -> None:
        """Put a SIGTERM off until `release`; the first one calls `interrupt`, inside the signal handler."""
        self._interrupt = interrupt
        self._busy = True

    def release(self) -> None:
        """Let a SIGTERM through, also one that was put off."""
        self._idle_since = time.monotonic()
        self._busy = False
        if self.pending:
            self._send_again()

    def exit(self) -> NoReturn:
        """End the process now, as the signal does."""
        self._exit(signal.SIGTERM, None)

    def resume(self) -> None:
        """Forget what time it was: this is a snapshot that was restored."""
        self._idle_since = -RESPONSE_S + time.monotonic()

    def _handle(self, signum: int, frame: FrameType | None) -> None:
        self._heard += 1
        if self._pid != os.getpid():
            self._hand_back()
        elif self._busy:
            self._put_off()
        elif not self.calm() or _looping():
            self._send_again()
        else:
            self._exit(signum, frame)

    def calm(self) -> bool:
        """No response is on its way: neither here nor from another adapter, whose handler is next in line."""
        if self._busy or time.monotonic() - self._idle_since < RESPONSE_S:
            return False
        following = _owner(self._previous)
        return following is None or following.calm()

    def _put_off(self) -> None:
        interrupt, self._interrupt = self._interrupt, None
        self.pending = True
        if interrupt is not None:
            interrupt()

    def _send_again(self) -> None:
        self.pending = False
        timer = threading.Timer(RESPONSE_S, self._remind, (self._heard,))
        timer.daemon = True
        timer.start()

    def _remind(self, heard: int) -> None:
        """Signal the main thread until it notices: it may miss what comes just before it waits for a lock.

        Whoever has taken SIGTERM over meanwhile gets it once.
        """
        while self._heard == heard:
            _signal_main_thread()
            time.sleep(RESPONSE_S)
            if _owner(signal.getsignal(signal.SIGTERM)) is None:
                return

    def _exit(self, signum: int, frame: FrameType | None) -> NoReturn:
        try:
            self._end()
            if callable(self._previous):
                self._previous(signum, frame)
        except Exception:
            logger.exception("The end of the process was not orderly.")
        finally:
            end_process(0)

    def _hand_back(self) -> None:
        """A forked child has inherited the handler, but nothing to end."""
        signal.signal(signal.SIGTERM, self._previous or signal.SIG_DFL)
        signal.raise_signal(signal.SIGTERM)


def _owner(handler: object) -> Sigterm | None:
    """Whose handler of the signal it is; None for one of others."""
    owner = getattr(handler, "__self__", None)
    return owner if isinstance(owner, Sigterm) else None


def _looping() -> bool:
    try:
        refuse_nesting()
    except NestedLoopError:
        return True
    return False


def _signal_main_thread() -> None:
    main = threading.main_thread().ident
    if main is not None:
        signal.pthread_kill(main, signal.SIGTERM)
