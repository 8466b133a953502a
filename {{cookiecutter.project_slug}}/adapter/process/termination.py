"""How the process ends: on SIGTERM in good order, or at once."""

import contextlib
import http.client
import json
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Any, Final, NoReturn

from adapter.errors import NestedLoopError
from adapter.process.loop import refuse_nesting

RESPONSE_S = 0.05
"""How long after an invocation its response may still be on the way."""

logger = logging.getLogger("adapter")


class SigtermHandler:
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
        self._noticed = 0
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
            self._resend()

    def exit(self) -> NoReturn:
        """End the process now, as the signal does."""
        self._exit(signal.SIGTERM, None)

    def resume(self) -> None:
        """Forget what time it was: this is a snapshot that was restored."""
        self._idle_since = -RESPONSE_S + time.monotonic()

    def _handle(self, signum: int, frame: FrameType | None) -> None:
        self._noticed += 1
        if self._pid != os.getpid():
            self._restore_previous()
        elif self._busy:
            self._postpone()
        elif not self.idle() or _looping():
            self._resend()
        else:
            self._exit(signum, frame)

    def idle(self) -> bool:
        """No response is on its way: neither here nor from another adapter, whose handler is next in line."""
        if self._busy or time.monotonic() - self._idle_since < RESPONSE_S:
            return False
        following = _owner(self._previous)
        return following is None or following.idle()

    def _postpone(self) -> None:
        interrupt, self._interrupt = self._interrupt, None
        self.pending = True
        if interrupt is not None:
            interrupt()

    def _resend(self) -> None:
        self.pending = False
        timer = threading.Timer(RESPONSE_S, self._resend_until_noticed, (self._noticed,))
        timer.daemon = True
        timer.start()

    def _resend_until_noticed(self, noticed: int) -> None:
        """Signal the main thread until it notices: it may miss what comes just before it waits for a lock.

        Whoever has taken SIGTERM over meanwhile gets it once.
        """
        while self._noticed == noticed:
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

    def _restore_previous(self) -> None:
        """A forked child has inherited the handler, but nothing to end."""
        signal.signal(signal.SIGTERM, self._previous or signal.SIG_DFL)
        signal.raise_signal(signal.SIGTERM)


def _owner(handler: object) -> SigtermHandler | None:
    """Whose handler of the signal it is; None for one of others."""
    owner = getattr(handler, "__self__", None)
    return owner if isinstance(owner, SigtermHandler) else None


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


TIMEOUT_S = 1.0


def post_error(error: Exception, api: str, request_id: str) -> None:
    """Fail an invocation through the Runtime API at `api` (host:port).

    The runtime client cannot do it: the process has to end after the answer and before the next event, and
    the client has no place for that. If the API refuses, Lambda fails the invocation as the process ends.
    """
    kind = type(error).__name__
    body = {"errorType": kind, "errorMessage": str(error), "requestId": request_id, "stackTrace": []}
    headers = {"Content-Type": "application/json", "Lambda-Runtime-Function-Error-Type": kind}
    connection = http.client.HTTPConnection(api, timeout=TIMEOUT_S)
    try:
        path = f"/2018-06-01/runtime/invocation/{request_id}/error"
        connection.request("POST", path, json.dumps(body).encode(), headers)
        connection.getresponse().read()
    except (OSError, http.client.HTTPException) as failure:
        logger.warning("The invocation could not be answered: %r", failure)
    finally:
        connection.close()


def end_process(code: int) -> NoReturn:
    """End the process at once; in good order it would wait for the thread in which the client waits."""
    with contextlib.suppress(Exception):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


PR_SET_PDEATHSIG: Final = 1


def end_with_parent() -> None:
    """Have the kernel send SIGTERM to this process when its parent has ended (Linux).

    The runtime client passes no signal on: a SIGTERM ends the parent and leaves the workers behind.
    """
    import ctypes  # noqa: PLC0415 - more than a millisecond, and needed on managed instances only

    try:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    except (AttributeError, OSError, TypeError):
        return
