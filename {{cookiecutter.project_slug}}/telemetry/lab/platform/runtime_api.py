"""Lambda's Runtime API, with the Extensions API beside it, for one process on a loopback port of its own."""

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from telemetry.lab.platform.extensions import Extensions, refusal
from telemetry.lab.platform.http import Connection, Reply, Request, Respond

LARGEST_RESPONSE: Final = 6 * 1024 * 1024 + 100
"""Bytes, as on Lambda."""
ACCEPTED: Final = Reply(HTTPStatus.ACCEPTED, b'{"status":"OK"}')


class InitError(Exception):
    """The function could not start, and said why."""

    def __init__(self, error_type: str, message: str, stack: tuple[str, ...] = ()) -> None:
        super().__init__(f"{error_type}: {message}" if message else error_type)
        self.error_type = error_type
        self.stack = stack


@dataclass(frozen=True, slots=True)
class Event:
    """What one invocation hands to the function."""

    request_id: str
    function_arn: str
    trace_header: str
    body: bytes
    deadline_ms: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What the function made of an event."""

    at: float
    """`time.perf_counter()` when its last byte had come."""
    body: bytes
    error_type: str | None = None


class RuntimeApi:
    """The server. One event at a time, and only when `ready`."""

    def __init__(self, function: Mapping[str, str]) -> None:
        self.extensions = Extensions(function)
        self.ready: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        """Done, with `time.perf_counter()`, when the runtime and all extensions ask for their next event.

        Raises `InitError` when the runtime reported that instead.
        """
        self._answered: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._request_id = ""
        self._parked: Respond | None = None
        self._connections: set[Connection] = set()
        self._server: asyncio.Server | None = None

    async def open(self) -> str:
        """Listen, and return the value for `AWS_LAMBDA_RUNTIME_API`."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: Connection(self._serve, self._connections), "127.0.0.1", 0
        )
        host, port = self._server.sockets[0].getsockname()
        return f"{host}:{port}"

    def close(self) -> None:
        """Stop listening, drop every client."""
        if self._server is not None:
            self._server.close()
        for connection in tuple(self._connections):
            connection.abort()
        if self.ready.done() and not self.ready.cancelled():
            self.ready.exception()  # asyncio complains of one that nobody saw

    def send(self, event: Event) -> asyncio.Future[Answer]:
        """Hand out an event."""
        if self._parked is None:
            raise RuntimeError("the runtime does not ask for an event")
        loop = asyncio.get_running_loop()
        respond, self._parked = self._parked, None
        self._request_id = event.request_id
        self._answered, self.ready = loop.create_future(), loop.create_future()
        self.extensions.closed = True
        self.extensions.invoke(
            {
                "deadlineMs": event.deadline_ms,
                "requestId": event.request_id,
                "invokedFunctionArn": event.function_arn,
                "tracing": {"type": "X-Amzn-Trace-Id", "value": event.trace_header},
            }
        )
        headers = {
            "Lambda-Runtime-Aws-Request-Id": event.request_id,
            "Lambda-Runtime-Deadline-Ms": str(event.deadline_ms),
            "Lambda-Runtime-Invoked-Function-Arn": event.function_arn,
            "Lambda-Runtime-Trace-Id": event.trace_header,
        }
        respond(Reply(HTTPStatus.OK, event.body, headers))
        return self._answered

    def _serve(self, request: Request, respond: Respond) -> None:
        now = time.perf_counter()
        match (request.method, *request.path.strip("/").split("/")):
            case ("GET", "2018-06-01", "runtime", "invocation", "next"):
                self._parked = respond
                self._settle(now)
            case ("POST", "2018-06-01", "runtime", "invocation", request_id, "response"):
                respond(self._take(request_id, Answer(now, request.body)))
            case ("POST", "2018-06-01", "runtime", "invocation", request_id, "error"):
                respond(self._take(request_id, Answer(now, request.body, _error_type(request))))
            case ("POST", "2018-06-01", "runtime", "init", "error"):
                self._fail(request)
                respond(ACCEPTED)
            case ("POST", "2020-01-01", "extension", "register"):
                respond(self.extensions.register(request))
            case ("GET", "2020-01-01", "extension", "event", "next"):
                self.extensions.park(request, respond)
                self._settle(now)
            case ("PUT", _, "telemetry" | "logs"):
                # In the words of AWS's own emulator, which has neither.
                respond(
                    refusal("Telemetry.NotSupported", "Telemetry API is not supported", HTTPStatus.ACCEPTED)
                )
            case _:
                respond(refusal("InvalidRequest", "no such endpoint", HTTPStatus.NOT_FOUND))

    def _settle(self, now: float) -> None:
        if self._parked is not None and self.extensions.waiting() and not self.ready.done():
            self.ready.set_result(now)

    def _take(self, request_id: str, answer: Answer) -> Reply:
        if request_id != self._request_id or self._answered.done():
            return refusal("InvalidRequestID", "Invalid request ID", HTTPStatus.BAD_REQUEST)
        if len(answer.body) <= LARGEST_RESPONSE:
            self._answered.set_result(answer)
            return ACCEPTED
        self._answered.set_result(Answer(answer.at, b"", "Function.ResponseSizeTooLarge"))
        text = f"Exceeded maximum allowed payload size ({LARGEST_RESPONSE} bytes)."
        return refusal("RequestEntityTooLarge", text, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)

    def _fail(self, request: Request) -> None:
        if not self.ready.done():
            error = _described(request)
            stack = tuple(str(line) for line in error.get("stackTrace") or ())
            self.ready.set_exception(
                InitError(_error_type(request), str(error.get("errorMessage", "")), stack)
            )


def _error_type(request: Request) -> str:
    named = request.headers.get("lambda-runtime-function-error-type") or _described(request).get("errorType")
    return str(named or "Runtime.Unknown")


def _described(request: Request) -> dict[str, Any]:
    try:
        error = json.loads(request.body)
    except ValueError:
        return {}
    return error if isinstance(error, dict) else {}
