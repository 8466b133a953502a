"""The cheapest internal Lambda extension: Lambda sends SIGTERM for its sake; it may work after responses."""

import http.client
import json
import logging
import socket
import threading
from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Any, Final, TypeAlias

from adapter.environment import MANAGED_INSTANCES

NAME = "lifespan-adapter"
API = "/2020-01-01/extension"
REGISTER_TIMEOUT_S = 1.0
MOST_FAILURES: Final = 3
"""In a row, of asking for the next event; a snapshot that is restored has lost its connection."""

OnInvoke: TypeAlias = Callable[[Mapping[str, Any]], None]
"""Takes Lambda's INVOKE event, never raises; Lambda sends the next event once it has returned."""

logger = logging.getLogger("adapter")


def worthwhile(environ: Mapping[str, str], *, invoked: bool = False) -> bool:
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
    """Ask for one event after the other; without a wish for any, the first request is never answered."""
    failures = 0
    while failures < MOST_FAILURES:
        try:
            with closing(_connected(api, None)) as connection:
                while True:
                    event = _next(connection, identifier)
                    failures = 0
                    if on_invoke is not None and event.get("eventType") == "INVOKE":
                        on_invoke(event)
        except (OSError, ValueError, http.client.HTTPException) as error:
            logger.debug("The extension's connection ended: %r", error)
            failures += 1


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
