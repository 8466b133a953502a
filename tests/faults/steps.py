"""What the platform does to a function, step by step."""

import time
from typing import Any

from tests.adapter.events import http_event
from tests.faults.fault import Step
from tests.faults.watched import Watched

DEAF_S = 0.3
"""Long enough to see that nothing comes of a signal; it comes to nothing in any time."""


def idle(function: Watched) -> None:
    """Wait until the function asks for an event."""
    function.take(function.calls.asked)


def sigterm(function: Watched) -> None:
    if not function.ended():
        function.sigterm()


def sigkill(function: Watched) -> None:
    function.kill()


def deaf(function: Watched) -> None:
    """Give a signal time to have an effect, where it must have none."""
    time.sleep(DEAF_S)


def send(event: Any) -> Step:
    """Hand over an event as soon as the function asks for one."""

    def step(function: Watched) -> None:
        idle(function)
        function.send(event)

    return step


def hand(event: Any) -> Step:
    """Hand over an event to whichever worker has asked for one before."""
    return lambda function: function.send(event)


def everywhere(words: str, times: int) -> Step:
    """Wait for the words of so many processes, whatever has become of the first one."""

    def step(function: Watched) -> None:
        function.await_output(words, times)

    return step


def until(words: str) -> Step:
    """Wait for words in the log."""
    return lambda function: function.until(lambda: words in function.output())


def hear(function: Watched) -> None:
    function.hear()


def ask(*paths: str) -> tuple[Step, ...]:
    """An HTTP request for each path, each answered before the next."""
    return events(*map(http_event, paths))


def events(*sent: Any) -> tuple[Step, ...]:
    """Events, each answered before the next."""
    return tuple(step for event in sent for step in (send(event), hear))


END: tuple[Step, ...] = (idle, sigterm)
"""Lambda ends an idle environment that has an extension."""
