import threading
from typing import Any

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
)

from telemetry.lab.aws import sending
from telemetry.lab.aws.sending import Answer, Senders, Target
from telemetry.report.errors import UnusableError

TARGET = Target("shop", "3", "3")


def refused(status: int, code: str) -> ClientError:
    metadata = {"HTTPStatusCode": status, "RequestId": "failed"}
    found: Any = {"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": metadata}
    return ClientError(found, "Invoke")


class Body:
    """A payload that botocore streams."""

    def read(self) -> bytes:
        return b'{"statusCode": 200}'


class Client:
    """Refuses in this order, then answers."""

    def __init__(self, *refusals: Exception) -> None:
        self.refusals = list(refusals)
        self.lock = threading.Lock()
        self.sent = 0

    def invoke(self, **_: Any) -> dict[str, Any]:
        with self.lock:
            self.sent += 1
            if self.refusals:
                raise self.refusals.pop(0)
        return {
            "ExecutedVersion": "3",
            "ResponseMetadata": {"RequestId": f"r{self.sent}"},
            "Payload": Body(),
        }


def sent(client: Client, requests: int = 1, repeatable: int | None = None) -> tuple[list[Answer], Senders]:
    senders = Senders(client, TARGET, [[{"rawPath": "/"}] * requests], repeatable)
    return list(senders.answers(lambda: None)), senders


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "pauses", lambda _: (0.001, 0.001, 0.001))


def test_what_lambda_failed_may_have_been_billed_and_what_it_throttled_was_not() -> None:
    client = Client(refused(500, "ServiceException"), refused(429, "TooManyRequestsException"))
    answers, senders = sent(client, 2)
    assert [one.again for one in answers] == [2, 0]
    assert senders.unanswered() == 1


@pytest.mark.parametrize(
    ("error", "billed"),
    [
        (ConnectionClosedError(endpoint_url="u"), 1),
        (ReadTimeoutError(endpoint_url="u"), 1),
        (refused(503, "ServiceUnavailable"), 1),
        (refused(403, "AccessDeniedException"), 0),
    ],
)
def test_a_request_that_ends_the_run_is_counted_if_it_may_have_run(error: Exception, billed: int) -> None:
    senders = Senders(Client(error, error, error), TARGET, [[{}]])
    with pytest.raises(UnusableError):
        list(senders.answers(lambda: None))
    assert senders.unanswered() == (3 if isinstance(error, ClientError) and billed else billed)


@pytest.mark.parametrize(
    "error", [EndpointConnectionError(endpoint_url="u"), ConnectTimeoutError(endpoint_url="u")]
)
def test_what_found_no_connection_was_not_billed(error: Exception) -> None:
    answers, senders = sent(Client(error))
    assert [one.again for one in answers] == [1]
    assert senders.unanswered() == 0


@pytest.mark.parametrize(
    ("status", "code"), [(400, "SnapStartException"), (408, "SnapStartTimeoutException")]
)
def test_a_restore_that_fails_is_an_answer_and_the_run_goes_on(status: int, code: str) -> None:
    """Codes of botocore's model of Invoke: the function's own hooks have failed, or took too long."""
    answers, senders = sent(Client(refused(status, code)), 2)
    assert [(one.request_id, one.failure, one.crashed) for one in answers] == [
        ("failed", code, True),
        ("r2", None, False),
    ]
    assert senders.unanswered() == 0


def test_no_more_is_sent_again_than_the_budget_lets() -> None:
    failed = refused(500, "ServiceException")
    assert len(sent(Client(failed), repeatable=1)[0]) == 1
    client = Client(failed, failed)
    with pytest.raises(UnusableError, match="could pass the budget"):
        sent(client, repeatable=1)
    assert client.sent == 2


def test_throttled_requests_take_nothing_of_the_budget() -> None:
    throttled = refused(429, "TooManyRequestsException")
    assert len(sent(Client(throttled, throttled), repeatable=0)[0]) == 1
