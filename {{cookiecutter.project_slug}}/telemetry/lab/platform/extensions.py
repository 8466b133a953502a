"""Lambda's Extensions API for the extensions that live inside the function's process."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from telemetry.lab.platform.http import Request, Respond, Response


@dataclass(slots=True)
class Extension:
    """One registered extension."""

    name: str
    events: frozenset[str]
    respond: Respond | None = None
    """Answers its open request for the next event; None while it is at work."""


class Extensions:
    """The internal extensions of one process. Lambda sends those INVOKE events, but never SHUTDOWN."""

    def __init__(self, function: Mapping[str, str]) -> None:
        self._function = function
        self._registered: dict[str, Extension] = {}
        self.registration_closed = False
        """True after INIT: no extension may register any more."""

    def __len__(self) -> int:
        return len(self._registered)

    @property
    def any_for_invoke(self) -> bool:
        """Whether one of them registered for INVOKE, and so may work after each response."""
        return any("INVOKE" in extension.events for extension in self._registered.values())

    def all_waiting(self) -> bool:
        """Whether every extension waits for its next event, which says that it has done its work."""
        return all(extension.respond is not None for extension in self._registered.values())

    def register(self, request: Request) -> Response:
        """Answer `POST /extension/register`; errors are worded as Lambda's are."""
        name = request.headers.get("lambda-extension-name", "")
        try:
            events = frozenset(json.loads(request.body)["events"])
        except (ValueError, KeyError, TypeError):
            return error_response("InvalidRequestFormat", 'The body is not {"events": [...]}')
        if not name:
            return error_response("Extension.InvalidExtensionName", "Empty extension name")
        if events - {"INVOKE"}:
            text = (
                "ShutdownEventNotSupportedForInternalExtension" if "SHUTDOWN" in events else "unknown event"
            )
            return error_response("Extension.InvalidEventType", text)
        if self.registration_closed:
            return error_response("Extension.RegistrationClosed", "Extension registration closed already")
        if any(extension.name == name for extension in self._registered.values()):
            return error_response(
                "Extension.InvalidExtensionState", "Extension with this name already registered"
            )
        identifier = str(uuid.uuid4())
        self._registered[identifier] = Extension(name, events)
        body = json.dumps(self._function).encode()
        return Response(HTTPStatus.OK, body, {"Lambda-Extension-Identifier": identifier})

    def wait_for_event(self, request: Request, respond: Respond) -> None:
        """Keep an extension's `GET /extension/event/next` open until there is an event for it."""
        extension = self._registered.get(request.headers.get("lambda-extension-identifier", ""))
        if extension is None:
            respond(error_response("Extension.UnknownExtensionIdentifier", "Unknown extension"))
        else:
            extension.respond = respond

    def invoke(self, event: Mapping[str, Any]) -> None:
        """Send INVOKE to the extensions that registered for it."""
        for extension in self._registered.values():
            if "INVOKE" in extension.events and extension.respond is not None:
                respond, extension.respond = extension.respond, None
                body = json.dumps({"eventType": "INVOKE", **event}).encode()
                respond(
                    Response(HTTPStatus.OK, body, {"Lambda-Extension-Event-Identifier": str(uuid.uuid4())})
                )


def error_response(error_type: str, message: str, status: HTTPStatus = HTTPStatus.FORBIDDEN) -> Response:
    """Return an error in the form of Lambda's APIs."""
    return Response(status, json.dumps({"errorType": error_type, "errorMessage": message}).encode())
