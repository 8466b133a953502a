"""What Lambda's runtime client is doing, as the stacks of its threads show it.

The client tells nobody when a response has left, or that an event has come in. It calls the handler in the
main thread; from Python 3.12 on, another thread of it waits for events meanwhile.
"""

import sys
from types import FrameType
from typing import Final

PACKAGE: Final = "awslambdaric"
ASKS: Final = "wait_next_invocation"
SERVES: Final = "handle_event_request"
POLLS: Final = "_get_next"
STARTS: Final = frozenset({"_get_handler", "on_init_complete"})
MAIN: Final = "run"


def asks_for_next(thread: int) -> bool:
    """Whether the client waits, in that thread, for the next event."""
    return _innermost(_frames().get(thread)) == ASKS


def is_idle(frame: FrameType | None) -> bool | None:
    """Whether the client has neither an event nor a response in hand; None for a client that is not known.

    Args:
        frame: The innermost frame of the main thread.
    """
    doing = _innermost(frame)
    if doing == ASKS:  # an event may be on its way from the thread that has received it
        return any(_innermost(polling) == POLLS for polling in _frames().values())
    return None if doing is None else doing in STARTS


def frame_of(thread: int | None) -> FrameType | None:
    """Innermost frame of that thread; None where it runs no Python."""
    return None if thread is None else _frames().get(thread)


def serves_an_event() -> bool:
    """Whether the client has called what runs in this thread, with an event."""
    return _innermost(sys._getframe()) == SERVES  # noqa: SLF001 - as in `_frames`


def _innermost(frame: FrameType | None) -> str | None:
    """Name of the client's function that runs, or has called what runs."""
    while frame is not None:
        if frame.f_globals.get("__name__", "").partition(".")[0] == PACKAGE:
            name = frame.f_code.co_name
            if name in STARTS or name in {ASKS, SERVES, POLLS, MAIN}:
                return name
        frame = frame.f_back
    return None


def _frames() -> dict[int, FrameType]:
    return sys._current_frames()  # noqa: SLF001 - documented, and nothing else tells
