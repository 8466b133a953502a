"""Invoke: the version that was asked for, run by the platform, and what Lambda tells beside the payload."""

import base64
import json
import random
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlparse

from moto.awslambda.responses import LambdaResponse

from telemetry.lab.platform.runtime_api import InitError
from tests.lambda_api.environment import Invoked
from tests.lambda_api.fleet import Fleet, TooManyError
from tests.lambda_api.operations import latest, replacing, reserved_by_others
from tests.lambda_api.options import Options
from tests.lambda_api.refusals import AT_THIS_TIME, RefusedError, conflict, invalid, throttled
from tests.lambda_api.runner import Runner
from tests.lambda_api.state import Function, deployed, state_of

LARGEST: Final = 6 * 1024 * 1024
"""Bytes of an event."""


class Invocations:
    """Answers Invoke; waits for the function in the thread of the call."""

    def __init__(self, options: Options, fleet: Fleet, runner: Runner) -> None:
        self._options, self._fleet, self._runner = options, fleet, runner
        self._weights = random.Random(0)  # noqa: S311 - shares requests out by an alias's weights

    def install(self) -> None:
        """Put it into moto, in the place of what runs Docker; comes before the server starts."""
        target: Any = LambdaResponse
        target.invoke = replacing(self.invoke)

    def invoke(self, response: Any) -> tuple[int, dict[str, Any], str | bytes]:
        """Run what was asked for."""
        name = unquote(response.path.rstrip("/").rsplit("/", 2)[-2])
        function = latest(response, name.rpartition(":function:")[2].partition(":")[0])
        qualifier = _qualifier(name, response)
        version = self._version(response.backend, function, qualifier)
        _check_ready(version)
        payload = _payload(response)
        kind = response.headers.get("X-Amz-Invocation-Type", "RequestResponse")
        if kind == "DryRun":
            return 204, {"status": 204}, ""
        target = f"{function.function_arn}:{qualifier}" if qualifier else function.function_arn
        started = self._runner.start(
            self._fleet.invoke(deployed(version), self._limit(response.backend, function), target, payload)
        )
        if kind == "Event":
            return 202, {"status": 202}, ""
        try:
            invoked = started.result()
        except TooManyError:
            reserved = "" if function.reserved_concurrency is None else "ReservedFunction"
            raise throttled(f"{reserved}ConcurrentInvocationLimitExceeded") from None
        except InitError as error:
            raise RefusedError(400, "SnapStartException", str(error)) from error
        except TimeoutError as error:
            raise RefusedError(408, "SnapStartTimeoutException", "the restore took too long") from error
        return _answered(response, invoked)

    def _limit(self, backend: Any, function: Function) -> int:
        """Return how many environments of a function may be at work."""
        if function.reserved_concurrency is not None:
            return int(function.reserved_concurrency)
        return self._options.concurrency - reserved_by_others(backend, function)

    def _version(self, backend: Any, function: Function, qualifier: str | None) -> Function:
        """Return what a qualifier stands for: $LATEST, a version, or one of an alias's."""
        storage, name = backend._lambdas, function.function_name
        alias = storage._get_function_aliases(name).get(qualifier)
        if alias is not None:
            qualifier = alias.function_version
            more = (alias.routing_config or {}).get("AdditionalVersionWeights") or {}
            for number, weight in more.items():
                if self._weights.random() < float(weight):
                    qualifier = number
        return storage.get_function_by_name_or_arn_with_qualifier(name, qualifier or "$LATEST")


def _qualifier(name: str, response: Any) -> str | None:
    """Return the qualifier: of the query, of the name, or of the ARN; nowhere else is one."""
    _, _, named = name.rpartition(":function:")[2].partition(":")
    asked = parse_qs(urlparse(response.uri).query).get("Qualifier", [""])[0]
    if named and asked and named != asked:
        raise invalid("The derived qualifier from the function name does not match the specified qualifier.")
    return asked or named or None


def _payload(response: Any) -> bytes:
    """Return the event.

    Raises:
        RefusedError: It is too large, or no JSON.
    """
    payload: bytes = response.raw_body or b"{}"
    if len(payload) > LARGEST:
        text = f"{len(payload)} byte payload is too large for the RequestResponse invocation type"
        raise RefusedError(413, "RequestTooLargeException", text)
    try:
        json.loads(payload)
    except ValueError as error:
        text = f"Could not parse request body into json: {error}"
        raise RefusedError(400, "InvalidRequestContentException", text) from error
    return payload


def _check_ready(version: Function) -> None:
    """Check that a version can be invoked.

    Raises:
        RefusedError: It cannot, yet or at all.
    """
    state = state_of(version)
    if state.name == "Pending" and state.version and state.apply_on == "PublishedVersions":
        raise RefusedError(409, "SnapStartNotReadyException", "Lambda is initializing your function.")
    if state.name != "Active":
        raise conflict(f"{AT_THIS_TIME} The function is currently in the following state: {state.name}")


def _answered(response: Any, invoked: Invoked) -> tuple[int, dict[str, Any], str | bytes]:
    headers: dict[str, Any] = {
        "status": 200,
        "content-type": "application/json",
        "X-Amz-Executed-Version": invoked.version,
    }
    if invoked.failed:
        headers["X-Amz-Function-Error"] = "Unhandled"
    if response.headers.get("X-Amz-Log-Type") == "Tail":
        headers["X-Amz-Log-Result"] = base64.b64encode(invoked.tail).decode("ascii")
    response.loopback_request_id = invoked.request_id
    return 200, headers, invoked.payload.decode()
