"""Turns SIGTERM into an orderly end of the process."""

import contextlib
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Any, NoReturn

from adapter.errors import NestedLoopError
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
        self._busy = False
        self._pending = False
        self._idle_since = -RESPONSE_S

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

    def hold(self) -> None:
        """Put a SIGTERM off until `release`."""
        self._busy = True

    def release(self) -> None:
        """Let a SIGTERM through, also one that was put off."""
        self._idle_since = time.monotonic()
        self._busy = False
        if self._pending:
            self._send_again()

    def _handle(self, signum: int, frame: FrameType | None) -> None:
        if self._pid != os.getpid():
            self._hand_back()
        elif self._busy:
            self._pending = True
        elif time.monotonic() - self._idle_since < RESPONSE_S or _looping():
            self._send_again()
        else:
            self._exit(signum, frame)

    def _send_again(self) -> None:
        self._pending = False
        timer = threading.Timer(RESPONSE_S, _signal_main_thread)
        timer.daemon = True
        timer.start()

    def _exit(self, signum: int, frame: FrameType | None) -> NoReturn:
        try:
            self._end()
            if callable(self._previous):
                self._previous(signum, frame)
        except Exception:
            logger.exception("The end of the process was not orderly.")
        finally:
            with contextlib.suppress(Exception):
                sys.stdout.flush()
                sys.stderr.flush()
            # Not sys.exit: awslambdaric waits for the next event in a thread, which an exit would wait for.
            os._exit(0)

    def _hand_back(self) -> None:
        """A forked child has inherited the handler, but nothing to end."""
        signal.signal(signal.SIGTERM, self._previous or signal.SIG_DFL)
        signal.raise_signal(signal.SIGTERM)


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
