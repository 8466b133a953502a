"""How the process ends at once, and what is told about it before."""

import contextlib
import http.client
import json
import logging
import os
import signal
import sys
from typing import Final, NoReturn

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
