"""What the platform does to a function, step by step."""

import time
from typing import Any

from tests.adapter.events import http_event
from tests.faults.fault import Step
from tests.faults.faulty_function import FaultyFunction

PAUSE_S = 0.3
"""Long enough to see that nothing comes of a signal; it comes to nothing in any time."""


def until_idle(function: FaultyFunction) -> None:
    """Wait until the function asks for an event."""
    function.take(function.calls.polls)


def until_answered(function: FaultyFunction) -> None:
    """Wait for the response to an event."""
    function.receive_response()


def until_logged(words: str) -> Step:
    """Wait for words in the log."""
    return lambda function: function.wait_until(lambda: words in function.output())


def until_logged_by_workers(words: str, workers: int) -> Step:
    """Wait for the words of so many processes, whatever has become of the first one."""

    def step(function: FaultyFunction) -> None:
        function.await_output(words, workers)

    return step


def sigterm(function: FaultyFunction) -> None:
    if not function.has_ended():
        function.sigterm()


def sigkill(function: FaultyFunction) -> None:
    function.kill()


def pause(function: FaultyFunction) -> None:
    """Give a signal time to have an effect, where it must have none."""
    time.sleep(PAUSE_S)


def send(event: Any) -> Step:
    """Hand over an event as soon as the function asks for one."""
    return in_turn(until_idle, lambda function: function.send(event))


def send_to_any(event: Any) -> Step:
    """Hand over an event to whichever worker has asked for one before."""
    return lambda function: function.send(event)


def invoke(*events: Any) -> Step:
    """Send events, each once the one before is answered."""
    return in_turn(*(step for event in events for step in (send(event), until_answered)))


def get(*paths: str) -> Step:
    """The same with an HTTP request for each path."""
    return invoke(*map(http_event, paths))


def in_turn(*steps: Step) -> Step:
    """Steps as one."""

    def step(function: FaultyFunction) -> None:
        for each in steps:
            each(function)

    return step
