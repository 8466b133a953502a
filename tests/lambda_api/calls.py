"""Each call on its way through moto: faults before it, refusals and request ids after it."""

import threading
from collections.abc import Callable
from typing import Any, Final, TypeAlias

from moto.core.responses import BaseResponse

from tests.lambda_api.faults import Faults, body_of, refusal
from tests.lambda_api.refusals import RefusedError

Answer: TypeAlias = tuple[int, dict[str, Any], Any]

SERVICES: Final = {
    "awslambda": "lambda",
    "cloudformation": "cloudformation",
    "logs": "logs",
    "sts": "sts",
}
"""Whose calls faults may hit: moto's names and AWS's."""
ONE_BY_ONE: Final = frozenset({"lambda", "logs"})
"""Services whose calls wait for each other, for moto itself knows no threads. Invoke waits for none."""


def teach_calls(faults: Faults, lock: threading.RLock) -> None:
    """Put this around moto's own handling; comes before the server starts."""
    target: Any = BaseResponse
    original: Callable[[Any], Answer] = target.call_action

    def answered(response: Any, service: str, operation: str) -> Answer:
        try:
            if service not in ONE_BY_ONE or operation == "Invoke":
                return original(response)
            with lock:
                return original(response)
        except RefusedError as refused:
            return _enriched(response, refused.response())

    def call_action(response: Any) -> Answer:
        service = SERVICES.get(response.service_name)
        if service is None:
            return original(response)
        operation = response._get_action()
        kind = faults.of(operation)
        if kind not in {None, "lost"}:
            return _enriched(response, body_of(refusal(str(kind), service, operation), service))
        answer = answered(response, service, operation)
        if kind == "lost":
            return _enriched(response, body_of(refusal(kind, service, operation), service))
        request_id = getattr(response, "loopback_request_id", None)
        if request_id is not None:
            answer[1]["x-amzn-requestid"] = request_id
        return answer

    target.call_action = call_action


def _enriched(response: Any, answer: Answer) -> Answer:
    status, headers, body = answer
    headers, body = response._enrich_response({**response.response_headers, **headers}, body)
    return status, headers, body
