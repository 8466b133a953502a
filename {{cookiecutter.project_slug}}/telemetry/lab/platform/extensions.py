"""Lambda's Extensions API for the extensions that live inside the function's process."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from telemetry.lab.platform.http import Reply, Request, Respond


@dataclass(slots=True)
class Extension:
    """One registered extension, and its open request for the next event."""

    name: str
    events: frozenset[str]
    parked: Respond | None = None


class Extensions:
    """All extensions of one process. They are internal ones: Lambda offers those INVOKE, never SHUTDOWN."""

    def __init__(self, function: Mapping[str, str]) -> None:
        self._function = function
        self._registered: dict[str, Extension] = {}
        self.closed = False
        """After INIT nobody may register."""

    def __len__(self) -> int:
        return len(self._registered)

    @property
    def invoked(self) -> bool:
        """Whether one of them works at each invocation."""
        return any("INVOKE" in extension.events for extension in self._registered.values())

    def waiting(self) -> bool:
        """Whether every extension asks for its next event, that is, has done its work."""
        return all(extension.parked is not None for extension in self._registered.values())

    def register(self, request: Request) -> Reply:
        """Answer `POST /extension/register`, with the refusals of the platform."""
        name = request.headers.get("lambda-extension-name", "")
        try:
            events = frozenset(json.loads(request.body)["events"])
        except (ValueError, KeyError, TypeError):
            return refusal("InvalidRequestFormat", 'The body is not {"events": [...]}')
        if not name:
            return refusal("Extension.InvalidExtensionName", "Empty extension name")
        if events - {"INVOKE"}:
            text = (
                "ShutdownEventNotSupportedForInternalExtension" if "SHUTDOWN" in events else "unknown event"
            )
            return refusal("Extension.InvalidEventType", text)
        if self.closed:
            return refusal("Extension.RegistrationClosed", "Extension registration closed already")
        if any(extension.name == name for extension in self._registered.values()):
            return refusal("Extension.InvalidExtensionState", "Extension with this name already registered")
        identifier = str(uuid.uuid4())
        self._registered[identifier] = Extension(name, events)
        body = json.dumps(self._function).encode()
        return Reply(HTTPStatus.OK, body, {"Lambda-Extension-Identifier": identifier})

    def park(self, request: Request, respond: Respond) -> None:
        """Keep an extension's `GET /extension/event/next` until there is an event for it."""
        extension = self._registered.get(request.headers.get("lambda-extension-identifier", ""))
        if extension is None:
            respond(refusal("Extension.UnknownExtensionIdentifier", "Unknown extension"))
        else:
            extension.parked = respond

    def invoke(self, event: Mapping[str, Any]) -> None:
        """Hand INVOKE to those who registered for it."""
        for extension in self._registered.values():
            if "INVOKE" in extension.events and extension.parked is not None:
                respond, extension.parked = extension.parked, None
                body = json.dumps({"eventType": "INVOKE", **event}).encode()
                respond(Reply(HTTPStatus.OK, body, {"Lambda-Extension-Event-Identifier": str(uuid.uuid4())}))


def refusal(error_type: str, message: str, status: HTTPStatus = HTTPStatus.FORBIDDEN) -> Reply:
    """Say no, in the platform's words."""
    return Reply(status, json.dumps({"errorType": error_type, "errorMessage": message}).encode())
