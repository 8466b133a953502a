"""What Lambda answers when it refuses a call."""

import json
from typing import Any, Final


class RefusedError(Exception):
    """Ends a call with an error of Lambda's API."""

    def __init__(self, status: int, code: str, message: str, **more: str) -> None:
        super().__init__(f"{code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self._body = {"Type": "User" if status < 500 else "Service", "message": message, **more}

    def response(self) -> tuple[int, dict[str, Any], str]:
        """Return it in the form in which moto takes a response."""
        headers = {
            "status": self.status,
            "x-amzn-errortype": self.code,
            "content-type": "application/json",
        }
        return self.status, headers, json.dumps(self._body)


AT_THIS_TIME: Final = "The operation cannot be performed at this time."


def conflict(message: str) -> RefusedError:
    """Return the refusal of a call that comes too early, or clashes with what is there."""
    return RefusedError(409, "ResourceConflictException", message)


def invalid(message: str) -> RefusedError:
    """Return the refusal of a parameter."""
    return RefusedError(400, "InvalidParameterValueException", message)


def missing(message: str) -> RefusedError:
    """Return the refusal of what is not there."""
    return RefusedError(404, "ResourceNotFoundException", message)


def throttled(reason: str) -> RefusedError:
    """Return the refusal of what would be too much."""
    return RefusedError(429, "TooManyRequestsException", "Rate Exceeded.", Reason=reason)


def stale_revision() -> RefusedError:
    """Return the refusal of a RevisionId that is not the newest."""
    text = (
        "The RevisionId provided does not match the latest RevisionId. "
        "Call the GetFunction/GetAlias API to retrieve the latest RevisionId"
    )
    return RefusedError(412, "PreconditionFailedException", text)
