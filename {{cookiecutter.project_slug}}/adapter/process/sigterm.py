"""SIGTERM: all adapters of the process shut down, and it ends in good order."""

import asyncio
import contextlib
import logging
import os
import signal
import threading
import time

# The one in `signal` makes an Enum's member of the handler, or tries to: 24,000 instructions in Python 3.11.
from _signal import getsignal  # type: ignore[import-not-found] # the C half of `signal` has no stubs
from collections.abc import Callable, Iterator
from functools import cache
from types import FrameType
from typing import Any, Final, NoReturn

from adapter.process import runtime_client
from adapter.process.loop import is_looping
from adapter.process.runtime_client import end_process
from adapter.process.wakeup import Wakeup

SIGTERM: Final = signal.SIGTERM
RETAKE_S: Final = 0.005
RESPONSE_S: Final = 0.05
"""How long after an invocation its response may be on its way, under a runtime client that is not known."""

logger = logging.getLogger("adapter")


class SigtermHandler:
    """One adapter's share in the process's handler of SIGTERM.

    Args:
        end: Shuts the adapter down, once.
    """

    def __init__(self, end: Callable[[], None]) -> None:
        self.end = end
        self.busy = False
        """A signal has to wait."""
        self._interrupt: Callable[[], None] | None = None
        self._in_loop: Callable[[], object] | None = None
        """Calls what the app has added to the event loop for this signal."""
        self._process: ProcessSigterm | None = None

    @property
    def pending(self) -> bool:
        """One has come and was put off."""
        return self._process is not None and self._process.pending

    def install(self) -> None:
        """Handle SIGTERM from now on; off the main thread, where Python allows no handler, do nothing."""
        process = process_sigterm(os.getpid())
        if process.add(self):
            self._process = process

    def uninstall(self) -> None:
        """Handle it no more; after the last adapter, give it back, unless others have taken it since."""
        process, self._process = self._process, None
        if process is not None:
            process.remove(self)

    def attend(self, loop: asyncio.AbstractEventLoop) -> None:
        """Have what the app adds to `loop` for SIGTERM called from here.

        The loop would take the signal away from this handler, and hear it only while it runs.
        """
        add, remove = loop.add_signal_handler, loop.remove_signal_handler

        def add_signal_handler(sig: int, callback: Callable[..., object], *args: Any) -> None:
            if sig == SIGTERM and self._process is not None:
                self._in_loop = lambda: loop.call_soon_threadsafe(callback, *args)
                return
            add(sig, callback, *args)
            self._take_back()

        def remove_signal_handler(sig: int) -> bool:
            if sig == SIGTERM and self._in_loop is not None:
                self._in_loop = None
                return True
            removed = remove(sig)
            self._take_back()
            return removed

        with contextlib.suppress(AttributeError):  # such a loop takes the signal until the next `release`
            loop.add_signal_handler = add_signal_handler  # type: ignore[method-assign,assignment]
            loop.remove_signal_handler = remove_signal_handler  # type: ignore[method-assign]

    def hold(self, interrupt: Callable[[], None] | None = None) -> None:
        """Put a SIGTERM off until `release`; the first one calls `interrupt`, inside the signal handler."""
        self._interrupt = interrupt
        self.busy = True

    def release(self, now: float) -> None:
        """Let a SIGTERM through, also one that was put off, and whoever has taken the signal since `hold`.

        Args:
            now: Of `time.monotonic`.
        """
        self.busy = False
        if self._process is not None:
            self._process.rest(now)

    def exit(self) -> NoReturn:
        """End the process now, as the signal does."""
        process_sigterm(os.getpid()).exit(SIGTERM, None)

    def leave_alone(self) -> None:
        """Let the process end by itself, with the exit code that it has, whatever signals come."""
        if self._process is not None:
            self._process.ending = True

    def resume(self) -> None:
        """Forget what time it was: this is a snapshot that was restored."""
        if self._process is not None:
            self._process.resume()

    def tell(self) -> None:
        """Have the app's own handler called, and what is to be interrupted: once."""
        in_loop, self._in_loop = self._in_loop, None
        if in_loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop is closed
                in_loop()
        interrupt, self._interrupt = self._interrupt, None
        if self.busy and interrupt is not None:
            interrupt()

    def _take_back(self) -> None:
        if self._process is not None:
            self._process.take_back()


@cache
def process_sigterm(pid: int) -> "ProcessSigterm":
    """The one object of the process with that id: a forked child needs another than its parent."""
    return ProcessSigterm(pid)


class ProcessSigterm:
    """Ends the process on SIGTERM, with exit code 0: first its adapters, then the handler from before.

    A signal that comes while an event or its response is in hand, or while others run a loop, is put off: no
    loop can be run inside another, and the response must leave. A thread sends it again until it is obeyed.
    """

    def __init__(self, pid: int) -> None:
        self.pending = False
        """One has come and was put off."""
        self.idle_since = -RESPONSE_S
        """Of `time.monotonic`: when the last invocation ended."""
        self.ending = False
        """The process is about to end, in good order."""
        self._pid = pid
        self._handler = self._handle  # bound once, to be told apart by identity
        self._previous: Any = None
        self._adapters: list[SigtermHandler] = []
        self._wakeup = Wakeup(self._remind)
        self._taken_at = 0.0
        self._passed_on = False

    def add(self, adapter: SigtermHandler) -> bool:
        """Handle it for one more adapter; False off the main thread, where Python allows no handler."""
        self._adapters.append(adapter)  # first: a signal may come before this is through
        if len(self._adapters) == 1:
            try:
                self._previous = signal.signal(SIGTERM, self._handler)
            except ValueError:
                self._adapters.remove(adapter)
                return False
            self._wakeup.open()
        return True

    def remove(self, adapter: SigtermHandler) -> None:
        """Handle it for one adapter less, which has rested: a handler of others is the one before by now."""
        self._adapters.remove(adapter)
        if self._adapters:
            return
        with contextlib.suppress(ValueError):  # off the main thread
            signal.signal(SIGTERM, self._previous)
        self._wakeup.close()

    def resume(self) -> None:
        """Count from now on by this machine's clock, and take back after the next invocation in any case."""
        self.idle_since = self._taken_at = time.monotonic() - RESPONSE_S

    def rest(self, now: float) -> None:
        """Note that an invocation has ended, and take back what may have been taken in it."""
        self.idle_since = now
        # Nothing tells who has the wakeup descriptor, and to set it again takes a microsecond.
        if getsignal(SIGTERM) is not self._handler or self.pending or now - self._taken_at > RETAKE_S:
            self._taken_at = now
            self.take_back()

    def take_back(self) -> None:
        """Handle the signal again, and let whoever has taken it since be the one before."""
        if self.ending:
            return
        try:
            if getsignal(SIGTERM) is not self._handler:
                self._previous = signal.signal(SIGTERM, self._handler)
            self._wakeup.take()
        except ValueError:  # off the main thread
            return
        if self.pending:
            self._wakeup.listen()

    def exit(self, signum: int, frame: FrameType | None) -> NoReturn:
        """End the process in good order."""
        self.ending = True
        try:
            self._tell()
            for adapter in reversed(self._adapters):
                with _logged():
                    adapter.end()
            if callable(self._previous):
                with _logged():
                    self._previous(signum, frame)
        finally:
            end_process(0)

    def _handle(self, signum: int, frame: FrameType | None) -> None:
        if self._pid != os.getpid():
            self._restore_previous()
        elif self.ending:
            return  # a handler of others that calls the one before, or one signal more
        elif self._is_idle(frame) and not is_looping():
            self.exit(signum, frame)
        else:
            self.pending = True
            self._wakeup.hear(SIGTERM)
            self._tell()

    def _is_idle(self, frame: FrameType | None) -> bool:
        """Whether no event and no response is in hand, given the innermost frame of the main thread."""
        if any(adapter.busy for adapter in self._adapters):
            return False
        idle = runtime_client.is_idle(frame)
        return time.monotonic() - self.idle_since >= RESPONSE_S if idle is None else idle

    def _remind(self) -> bool:
        """Send a signal again that has come, if it was not noticed, or could be obeyed now."""
        if self.ending:
            return False
        main = threading.main_thread().ident
        handled = getsignal(SIGTERM) is self._handler
        idle = self._is_idle(runtime_client.frame_of(main))
        if handled and (idle or not self.pending):
            _signal_main_thread()
        elif not handled and idle and self.pending:  # whoever has it now gets once what was put off for them
            self.pending = False
            _signal_main_thread()
        return handled or self.pending or bool(self._adapters)

    def _tell(self) -> None:
        """Pass the signal on to those who hear of it at once."""
        for adapter in self._adapters:
            adapter.tell()
        if not self._passed_on:
            self._passed_on = True
            self._wakeup.pass_on(bytes((SIGTERM,)))

    def _restore_previous(self) -> None:
        """A forked child has inherited the handler, but nothing to end."""
        signal.signal(SIGTERM, self._previous or signal.SIG_DFL)
        signal.raise_signal(SIGTERM)


@contextlib.contextmanager
def _logged() -> Iterator[None]:
    try:
        yield
    except Exception:
        logger.exception("The end of the process was not orderly.")


def _signal_main_thread() -> None:
    main = threading.main_thread().ident
    if main is not None:
        signal.pthread_kill(main, SIGTERM)
