"""What AWS refuses, told apart by its error code."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
)

from telemetry.report.aws.clients import UNCONFIGURED, explained
from telemetry.report.errors import UnusableError

GONE: Final = frozenset({"ResourceNotFoundException", "ProvisionedConcurrencyConfigNotFoundException"})
CHANGED: Final = frozenset({"PreconditionFailedException"})
"""The RevisionId is not that of the function any more."""
BUSY: Final = frozenset({"ResourceConflictException"})
"""An earlier change is still being made."""
EXPIRED: Final = frozenset({
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidClientTokenId",
    "RequestExpired",
    "UnrecognizedClientException",
})  # fmt: skip
THROTTLED: Final = frozenset({
    "EC2ThrottledException",
    "RequestLimitExceeded",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
})  # fmt: skip
SHORTEST_VALUE: Final = 4
"""Characters. Shorter values of variables are in any text by chance."""


def code_of(error: UnusableError) -> str:
    """Return AWS's error code; "" where there is none."""
    cause = error.__cause__
    return str(cause.response.get("Error", {}).get("Code", "")) if isinstance(cause, ClientError) else ""


def has_expired(error: UnusableError) -> bool:
    """Whether new credentials are needed."""
    cause = error.__cause__
    if isinstance(cause, BotoCoreError):
        return isinstance(cause, UNCONFIGURED) or "Token" in type(cause).__name__
    return code_of(error) in EXPIRED


def may_pass(error: UnusableError) -> bool:
    """Whether the request may succeed a little later: it was throttled, did not arrive, or AWS failed."""
    cause = error.__cause__
    if isinstance(cause, ClientError):
        status = int(cause.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
        return status >= 500 or code_of(error) in THROTTLED  # HTTP's
    return isinstance(cause, ConnectTimeoutError | EndpointConnectionError)


@contextmanager
def explained_without(what: str, variables: Mapping[str, str]) -> Iterator[None]:
    """Raise what AWS refuses as one sentence, in which no variable's value is.

    Raises:
        UnusableError: AWS refused.
    """
    try:
        with explained(what):
            yield
    except UnusableError as error:
        raise UnusableError(without_values(str(error), variables.values())) from error.__cause__


def without_values(text: str, values: Iterable[str]) -> str:
    """Return a text in which the values of the function's variables are blotted out."""
    for value in sorted(set(values), key=len, reverse=True):
        if len(value) >= SHORTEST_VALUE:
            text = text.replace(value, "***")
    return text
