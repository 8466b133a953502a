"""Lambda's Runtime API and Extensions API for one process, on a loopback port of its own."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from telemetry.lab.platform.extensions import Extensions, error_response
from telemetry.lab.platform.http import Connection, Request, Respond, Response

LARGEST_RESPONSE: Final = 6 * 1024 * 1024 + 100
"""Bytes, as on Lambda."""
ACCEPTED: Final = Response(HTTPStatus.ACCEPTED, b'{"status":"OK"}')
NO_TELEMETRY_API: Final = error_response(
    "Telemetry.NotSupported", "Telemetry API is not supported", HTTPStatus.ACCEPTED
)
"""What AWS's own emulator answers, which has no Telemetry API either."""


NO_RESTORE: Final = (
    "the runtime client does not wait for its restore; SnapStart needs awslambdaric 3.0 or newer"
)


class InitError(Exception):
    """The function could not start; the runtime reported this error, or the process ended."""

    def __init__(self, error_type: str, message: str, stack: tuple[str, ...] = ()) -> None:
        super().__init__(f"{error_type}: {message}" if message else error_type)
        self.error_type = error_type
        self.stack = stack


class RestoreError(InitError):
    """The function failed after its snapshot had been restored, or took too long."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event, as `GET /runtime/invocation/next` hands it to the runtime client."""

    request_id: str
    function_arn: str
    trace_header: str
    body: bytes
    deadline_ms: int


@dataclass(frozen=True, slots=True)
class InvocationResponse:
    """What the runtime client posted for an event: the function's response, or its error."""

    at: float
    """`time.perf_counter()` when its last byte was there."""
    body: bytes
    error_type: str | None = None


class RuntimeApi:
    """The server. It takes one event at a time, and only while `ready`.

    With `snap_start` the runtime has to ask for the restore of its snapshot before it asks for an event.
    """

    def __init__(self, function: Mapping[str, str], *, snap_start: bool = False) -> None:
        loop = asyncio.get_running_loop()
        self.extensions = Extensions(function)
        self.ready: asyncio.Future[float] = loop.create_future()
        """Done, with `time.perf_counter()`, when the runtime and all extensions wait for their next event.

        Raises `InitError` when the runtime reported that instead.
        """
        self.snapshot: asyncio.Future[float] = loop.create_future()
        """Done, likewise, when a snapshot would be taken. Raises `InitError`, too."""
        self._snap_start = snap_start
        self._restored: Respond | None = None
        """Answers the runtime's open request for the restore."""
        self._response: asyncio.Future[InvocationResponse] = loop.create_future()
        self._request_id = ""
        self._respond: Respond | None = None
        """Answers the runtime's open request for the next event."""
        self._connections: set[Connection] = set()
        self._server: asyncio.Server | None = None

    async def listen(self) -> str:
        """Open a port, and return the value for `AWS_LAMBDA_RUNTIME_API`."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: Connection(self._serve, self._connections), "127.0.0.1", 0
        )
        host, port = self._server.sockets[0].getsockname()
        return f"{host}:{port}"

    def close(self) -> None:
        """Stop listening, and close every connection."""
        if self._server is not None:
            self._server.close()
        for connection in tuple(self._connections):
            connection.abort()
        for future in (self.ready, self.snapshot):
            if future.done() and not future.cancelled():
                future.exception()  # asyncio would warn of an exception that was never retrieved

    def restore(self) -> None:
        """Tell the runtime that its snapshot was restored; `ready` says when it can take events."""
        if self._restored is None:
            raise RuntimeError("the runtime does not wait for its restore")
        restored, self._restored = self._restored, None
        self.extensions.registration_closed = True
        restored(Response(HTTPStatus.OK, b""))

    def invoke(self, event: Event) -> asyncio.Future[InvocationResponse]:
        """Hand out an event; the future holds what the function makes of it."""
        if self._respond is None:
            raise RuntimeError("the runtime has not asked for an event")
        loop = asyncio.get_running_loop()
        respond, self._respond = self._respond, None
        self._request_id = event.request_id
        self._response, self.ready = loop.create_future(), loop.create_future()
        self.extensions.registration_closed = True
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
        respond(Response(HTTPStatus.OK, event.body, headers))
        return self._response

    def _serve(self, request: Request, respond: Respond) -> None:
        match (request.method, *request.path.strip("/").split("/")):
            case ("GET", "2018-06-01", "runtime", "invocation", "next"):
                self._respond = respond
                self._check_restored()
                self._update_ready(request.received_at)
            case ("GET", "2018-06-01", "runtime", "restore", "next") if self._snap_start:
                self._restored = respond
                self._update_ready(request.received_at)
            case ("POST", "2018-06-01", "runtime", "invocation", request_id, "response"):
                respond(self._finish(request_id, InvocationResponse(request.received_at, request.body)))
            case ("POST", "2018-06-01", "runtime", "invocation", request_id, "error"):
                error = InvocationResponse(request.received_at, request.body, _error_type(request))
                respond(self._finish(request_id, error))
            case ("POST", "2018-06-01", "runtime", "init", "error"):
                self._fail(InitError(*_described(request)))
                respond(ACCEPTED)
            case ("POST", "2018-06-01", "runtime", "restore", "error") if self._snap_start:
                self._fail(RestoreError(*_described(request)))
                respond(ACCEPTED)
            case ("POST", "2020-01-01", "extension", "register"):
                respond(self.extensions.register(request))
            case ("GET", "2020-01-01", "extension", "event", "next"):
                self.extensions.wait_for_event(request, respond)
                self._update_ready(request.received_at)
            case ("PUT", _, "telemetry" | "logs"):
                respond(NO_TELEMETRY_API)
            case _:
                respond(error_response("InvalidRequest", "no such endpoint", HTTPStatus.NOT_FOUND))

    def _update_ready(self, now: float) -> None:
        if not self.extensions.all_waiting():
            return
        if self._respond is not None and not self.ready.done():
            self.ready.set_result(now)
        if self._restored is not None and not self.snapshot.done():
            self.snapshot.set_result(now)

    def _check_restored(self) -> None:
        """Fail a runtime that asks for an event where Lambda would not have taken the snapshot yet."""
        if self._snap_start and not self.snapshot.done():
            self._fail(InitError("Runtime.NoSnapStart", NO_RESTORE))

    def _finish(self, request_id: str, response: InvocationResponse) -> Response:
        """End the current invocation; return what the runtime is answered."""
        if request_id != self._request_id or self._response.done():
            return error_response("InvalidRequestID", "Invalid request ID", HTTPStatus.BAD_REQUEST)
        if len(response.body) <= LARGEST_RESPONSE:
            self._response.set_result(response)
            return ACCEPTED
        self._response.set_result(InvocationResponse(response.at, b"", "Function.ResponseSizeTooLarge"))
        text = f"Exceeded maximum allowed payload size ({LARGEST_RESPONSE} bytes)."
        return error_response("RequestEntityTooLarge", text, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)

    def _fail(self, error: InitError) -> None:
        for future in (self.ready, self.snapshot):
            if not future.done():
                future.set_exception(error)


def _described(request: Request) -> tuple[str, str, tuple[str, ...]]:
    """Return the type of an error, its message, and its stack."""
    error = _error_of(request)
    stack = tuple(str(line) for line in error.get("stackTrace") or ())
    return _error_type(request), str(error.get("errorMessage", "")), stack


def _error_type(request: Request) -> str:
    named = request.headers.get("lambda-runtime-function-error-type") or _error_of(request).get("errorType")
    return str(named or "Runtime.Unknown")


def _error_of(request: Request) -> dict[str, Any]:
    """Return the error that the body describes; nothing where it is not JSON."""
    try:
        error = json.loads(request.body)
    except ValueError:
        return {}
    return error if isinstance(error, dict) else {}
