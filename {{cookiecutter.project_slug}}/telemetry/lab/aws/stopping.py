"""Signals that end a run: noted at once, acted on between two steps, so that none is cut in the middle."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final, TypeAlias

Sleep: TypeAlias = Callable[[float], None]
"""Waits for so many seconds."""
LOOK: Final = 0.1
"""Seconds between two looks at whether a signal has come."""
SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StoppedError(Exception):
    """A signal has come."""

    def __init__(self, number: int) -> None:
        super().__init__(f"stopped by {signal.Signals(number).name}")
        self.number = number


class Stop:
    """Which signals have come."""

    def __init__(self) -> None:
        self._received: list[int] = []

    def note(self, number: int, _: FrameType | None = None) -> None:
        """Take note of a signal; nothing else may be done in the middle of whatever runs."""
        self._received.append(number)

    def check(self) -> None:
        """Do nothing unless a signal has come.

        Raises:
            StoppedError: One has.
        """
        if self._received:
            raise StoppedError(self._received[0])

    def sleep(self, seconds: float) -> None:
        """Wait.

        Raises:
            StoppedError: A signal has come.
        """
        end = time.monotonic() + seconds
        self.check()
        while (rest := end - time.monotonic()) > 0:
            time.sleep(min(LOOK, rest))
            self.check()


@contextmanager
def noted_signals() -> Iterator[Stop]:
    """Note signals instead of ending at once, except for those that are ignored, under nohup say."""
    stop = Stop()
    before = {number: signal.getsignal(number) for number in SIGNALS}
    ours = [number for number, handler in before.items() if handler is not signal.SIG_IGN]
    for number in ours:
        signal.signal(number, stop.note)
    try:
        yield stop
    finally:
        for number in ours:
            signal.signal(number, before[number])


def pauses(patience: float, shortest: float = 0.2, longest: float = 5.0) -> Iterator[float]:
    """Yield pauses in seconds, each twice as long as the one before, that last `patience` in all."""
    pause, waited = shortest, 0.0
    while waited < patience:
        yield min(pause, patience - waited)
        waited += pause
        pause = min(2 * pause, longest)
