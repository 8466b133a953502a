"""What AWS refuses, told apart by its error code."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
)

from telemetry.report.aws.clients import UNCONFIGURED, explained
from telemetry.report.errors import UnusableError

GONE: Final = frozenset({"ResourceNotFoundException", "ProvisionedConcurrencyConfigNotFoundException"})
CHANGED: Final = frozenset({"PreconditionFailedException"})
"""The RevisionId is not that of the function any more."""
BUSY: Final = frozenset({"ResourceConflictException"})
"""An earlier change is still being made."""
RESTORE_FAILED: Final = frozenset({"SnapStartException", "SnapStartTimeoutException"})
"""The function failed while it was restored from its snapshot: an error of its hooks, or more than 10 s."""
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
QUOTATION: Final = re.compile(r"[{\[].*", re.DOTALL)
"""Where Lambda repeats what it was sent. It may cut that off anywhere, within a value as well."""


def code_of(error: UnusableError) -> str:
    """Return AWS's error code; "" where there is none."""
    cause = error.__cause__
    return str(cause.response.get("Error", {}).get("Code", "")) if isinstance(cause, ClientError) else ""


def request_id_of(error: UnusableError) -> str:
    """Return the id of the request that AWS refused; "" where there is none."""
    cause = error.__cause__
    if not isinstance(cause, ClientError):
        return ""
    return str(cause.response.get("ResponseMetadata", {}).get("RequestId", ""))


def has_expired(error: UnusableError) -> bool:
    """Whether new credentials are needed."""
    cause = error.__cause__
    if isinstance(cause, BotoCoreError):
        return isinstance(cause, UNCONFIGURED) or "Token" in type(cause).__name__
    return code_of(error) in EXPIRED


def may_pass(error: UnusableError) -> bool:
    """Whether the request may succeed a little later: it was throttled, did not arrive, or AWS failed."""
    if has_failed(error) or code_of(error) in THROTTLED:
        return True
    return isinstance(error.__cause__, ConnectTimeoutError | EndpointConnectionError)


def has_failed(error: UnusableError) -> bool:
    """Whether AWS failed by itself (5xx)."""
    cause = error.__cause__
    if not isinstance(cause, ClientError):
        return False
    return int(cause.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)) >= 500  # HTTP's


def may_have_run(error: UnusableError) -> bool:
    """Whether Lambda may have run and billed a request that was refused so.

    A 5xx does not say when Lambda failed, and a connection that was lost not what went on behind it.
    """
    cause = error.__cause__
    if cause is None:  # no refusal: something else was run than was asked for
        return True
    return has_failed(error) or isinstance(cause, HTTPClientError)  # no connection is another class


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
    """Return a text in which neither a value of the function's variables is, nor what Lambda was sent."""
    text = QUOTATION.sub("...", text)
    for value in sorted(set(values), key=len, reverse=True):
        if len(value) >= SHORTEST_VALUE:
            text = text.replace(value, "***")
    return text
