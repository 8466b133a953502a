"""What Lambda's runtime client is doing, and what the adapter does in its place: fail an invocation, and end.

The client tells nobody when a response has left, or that an event has come in; the stacks of its threads show
it. It calls the handler in the main thread; from Python 3.12 on, another thread of it waits for events
meanwhile.
"""

import contextlib
import http.client
import json
import logging
import os
import signal
import sys
from types import FrameType
from typing import Final, NoReturn

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


logger = logging.getLogger("adapter")

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
