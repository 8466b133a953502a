"""What goes wrong on purpose: `KIND:OPERATION[:after=N][:every=N][:times=N]`.

OPERATION is a name of the API, such as `Invoke`, or `*`. The fault hits each `every`th call after the first
`after`, `times` times at most. Kinds:

    throttle      too many calls, TooManyRequestsException or Throttling
    error         500
    unavailable   503
    lost          the call is done, and then answered by 503
    expired       the caller's credentials are no longer valid
    denied        the caller may not
    gone          the stack has been deleted
"""

import json
import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, Self

from tests.lambda_api.refusals import RefusedError, throttled

KINDS: Final = ("throttle", "error", "unavailable", "lost", "expired", "denied", "gone")


@dataclass(frozen=True, slots=True)
class Fault:
    """One of them."""

    kind: str
    operation: str
    after: int = 0
    every: int = 1
    times: int | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read its text.

        Raises:
            ValueError: It is none.
        """
        kind, operation, *more = text.strip().split(":")
        if kind not in KINDS:
            raise ValueError(f"no kind of fault: {kind!r}; there are {', '.join(KINDS)}")
        return cls(kind, operation, **{name: int(value) for name, value in (one.split("=") for one in more)})

    def hits(self, number: int) -> bool:
        """Whether it hits the call of this number, from 1."""
        beyond = number - self.after
        if beyond < 1 or beyond % self.every:
            return False
        return self.times is None or beyond // self.every <= self.times


class Faults:
    """Those that are set; calls are counted from then on."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._lock = threading.Lock()
        self._calls: Counter[Fault] = Counter()
        self._set: tuple[Fault, ...] = ()
        self.set(texts)

    def set(self, texts: Iterable[str]) -> None:
        """Take these and no others.

        Raises:
            ValueError: One of them is none.
        """
        faults = tuple(Fault.parse(text) for text in texts)
        with self._lock:
            self._set = faults
            self._calls.clear()

    def of(self, operation: str) -> str | None:
        """Count a call; return the kind of the fault that hits it, if one does."""
        with self._lock:
            hit = None
            for fault in self._set:
                if fault.operation in {"*", operation}:
                    self._calls[fault] += 1
                    if hit is None and fault.hits(self._calls[fault]):
                        hit = fault.kind
            return hit


def refusal(kind: str, service: str, operation: str) -> RefusedError:
    """Return how AWS answers a call that a fault hits."""
    if kind == "throttle" and service == "lambda":
        return throttled("CallerRateLimitExceeded")
    stack = service == "cloudformation"
    status, code, text = {
        "throttle": (400, "Throttling" if stack else "ThrottlingException", "Rate exceeded"),
        "error": (500, "ServiceException" if service == "lambda" else "InternalFailure", "internal error"),
        "unavailable": (503, "ServiceUnavailable", "Service is unable to handle request."),
        "lost": (503, "ServiceUnavailable", "Service is unable to handle request."),
        "expired": (
            403,
            "ExpiredToken" if stack else "ExpiredTokenException",
            "The security token included in the request is expired",
        ),
        "denied": (403, "AccessDeniedException", f"User is not authorized to perform: {operation}"),
        "gone": (
            (400, "ValidationError", "Stack does not exist")
            if stack
            else (404, "ResourceNotFoundException", "Function not found")
        ),
    }[kind]
    return RefusedError(status, code, text)


def body_of(refused: RefusedError, service: str) -> tuple[int, dict[str, Any], str]:
    """Return a refusal as the service words it: in XML, or with the code in the body, too."""
    if service in {"cloudformation", "sts"}:
        sender = "Sender" if refused.status < 500 else "Receiver"
        error = f"<Type>{sender}</Type><Code>{refused.code}</Code><Message>{refused.message}</Message>"
        body = f"<ErrorResponse><Error>{error}</Error><RequestId>none</RequestId></ErrorResponse>"
        return refused.status, {"status": refused.status, "content-type": "text/xml"}, body
    status, headers, body = refused.response()
    return status, headers, json.dumps({"__type": refused.code, **json.loads(body)})
