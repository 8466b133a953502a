"""An internal Lambda extension: for its sake Lambda sends SIGTERM, and it may work after responses."""

import http.client
import json
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Any, Final, TypeAlias

from adapter.process.identity import MANAGED_INSTANCES
from adapter.process.runtime_client import asks_for_next, end_process, frame_of, is_idle

NAME = "lifespan-adapter"
API = "/2020-01-01/extension"
REGISTER_TIMEOUT_S = 1.0
MOST_FAILURES: Final = 5
"""In a row, of asking for the next event; a snapshot that is restored has lost its connection."""
FIRST_PAUSE_S: Final = 0.05
"""After a failure, and twice as long after each one more: 1.6 s in all, half of Lambda's default timeout."""
END_S: Final = 2.0
"""Given to the end of the process in good order: Lambda gives no more."""

OnInvoke: TypeAlias = Callable[[Mapping[str, Any]], None]
"""Takes Lambda's INVOKE event, never raises; Lambda sends the next event once it has returned."""

logger = logging.getLogger("adapter")


def worth_registering(environ: Mapping[str, str], *, invoked: bool = False) -> bool:
    """Whether to register: for events, or for a SIGTERM, which is seen in Python 3.12 or later.

    Not on managed instances, where each of the workers would register the same name.
    """
    if environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == MANAGED_INSTANCES:
        return False
    before, _, minor = environ.get("AWS_EXECUTION_ENV", "").partition("AWS_Lambda_python3.")
    return invoked or (before == "" and minor.isdecimal() and int(minor) >= 12)


def register(api: str, on_invoke: OnInvoke | None = None) -> None:
    """Register with the Extensions API at `api` (host:port), for events if they are wanted.

    A failure is logged, and costs the SIGTERM and the events.
    """
    try:
        identifier = _identifier(api, [] if on_invoke is None else ["INVOKE"])
    except (OSError, http.client.HTTPException) as error:
        logger.warning("No extension could be registered, so no SIGTERM will come: %r", error)
        return
    # Init is over only when every extension has asked for its next event.
    arguments = (api, identifier, on_invoke)
    threading.Thread(target=_follow, args=arguments, name=NAME, daemon=True).start()


def _identifier(api: str, events: list[str]) -> str:
    connection = _connected(api, REGISTER_TIMEOUT_S)
    try:
        headers = {"Lambda-Extension-Name": NAME, "Content-Type": "application/json"}
        connection.request("POST", f"{API}/register", json.dumps({"events": events}).encode(), headers)
        response = connection.getresponse()
        response.read()
    finally:
        connection.close()
    identifier = response.headers.get("Lambda-Extension-Identifier")
    if response.status != 200 or identifier is None:
        raise http.client.HTTPException(f"status {response.status}")
    return identifier


def _follow(api: str, identifier: str, on_invoke: OnInvoke | None) -> None:
    """Ask for one event after the other; without a wish for any, the first request is never answered.

    Lambda waits for this thread after each event that it was to hear of. So when it cannot go on, the process
    ends: else no later event would be over before its timeout.
    """
    failures = 0
    while failures < MOST_FAILURES:
        try:
            with closing(_connected(api, None)) as connection:
                while True:
                    event = _next(connection, identifier)
                    failures = 0
                    if on_invoke is not None and event.get("eventType") == "INVOKE":
                        on_invoke(event)
        except BaseException as error:  # noqa: BLE001 - whatever it is, it must not end the thread
            logger.debug("The extension's connection ended: %r", error)
            time.sleep(FIRST_PAUSE_S * 2**failures)
            failures += 1
    if on_invoke is not None:
        logger.error("The Extensions API failed %d times in a row: the process ends.", failures)
        _end()


def _end() -> None:
    """End the process by SIGTERM once no response is on its way, or by force when that comes to nothing."""
    main = threading.main_thread().ident
    while is_idle(frame_of(main)) is False:
        time.sleep(POLL_S)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(END_S)
    end_process(1)


def _connected(api: str, timeout: float | None) -> http.client.HTTPConnection:
    """A connection to `api`. Left to itself, the client would import a codec for names, for a millisecond."""
    connection = http.client.HTTPConnection(api, timeout=timeout)
    connection.sock = socket.socket()
    connection.sock.settimeout(timeout)
    try:
        connection.sock.connect((connection.host, connection.port))
    except OSError:
        connection.close()
        raise
    return connection


def _next(connection: http.client.HTTPConnection, identifier: str) -> Mapping[str, Any]:
    connection.request("GET", f"{API}/event/next", headers={"Lambda-Extension-Identifier": identifier})
    response = connection.getresponse()
    body = response.read()
    if response.status != 200:
        raise http.client.HTTPException(f"status {response.status}")
    event: Mapping[str, Any] = json.loads(body)
    return event


Work: TypeAlias = Callable[[float], None]
"""Takes the seconds that the invocation has left."""

SLICE_S: Final = 0.05
"""Seconds between checks for an event that does not come to the adapter at all."""
UNSEEN_SLICES: Final = 2
LEAVING_S: Final = 1.0
"""The longest that a response takes to leave, once the handler has returned it."""
BLIND_S: Final = 0.05
"""Allowed to a response where the runtime client is none that we know."""
POLL_S: Final = 0.0005


class AfterResponse:
    """Called in the extension's thread with each INVOKE, while the main thread serves that event.

    The handler's return is too early: the runtime client still has to send what it returned. When that is
    done, it asks for the next event, and only there can it be seen.
    """

    def __init__(self, work: Work) -> None:
        self._work = work
        self._runtime = threading.get_ident()
        """The thread that calls the handler imports it too."""
        self._handled = ""
        self._wake = threading.Event()

    def handled(self, request_id: str) -> None:
        """Take note that the handler is through with an event."""
        self._handled = request_id
        self._wake.set()

    def __call__(self, invoke: Mapping[str, Any]) -> None:
        """See an event through; does no work for one that the adapter does not get. Never raises."""
        try:
            ends = float(invoke["deadlineMs"]) / 1000
            if self._is_through(str(invoke["requestId"]), ends):
                self._await_next(min(ends, time.time() + LEAVING_S))
                self._work(ends - time.time())
        except BaseException:  # the next event must come, whatever this was: an exit, too
            logger.exception("The work after a response failed.")

    def _is_through(self, request_id: str, ends: float) -> bool:
        unseen = 0
        while self._handled != request_id:
            if unseen == UNSEEN_SLICES or time.time() > ends:
                return False
            woken = self._wake.wait(SLICE_S)
            self._wake.clear()
            unseen = unseen + 1 if not woken and asks_for_next(self._runtime) else 0
        return True

    def _await_next(self, ends: float) -> None:
        if "awslambdaric" not in sys.modules:
            time.sleep(BLIND_S)
            return
        while not asks_for_next(self._runtime) and time.time() < ends:
            time.sleep(POLL_S)
