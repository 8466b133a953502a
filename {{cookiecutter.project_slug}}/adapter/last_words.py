"""The end of a process that can serve nothing any more."""

import contextlib
import http.client
import json
import logging
import os
import sys
from typing import NoReturn

TIMEOUT_S = 1.0

logger = logging.getLogger("adapter")


def answer_with(error: Exception, api: str, request_id: str) -> None:
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
