"""What goes wrong on purpose, as a client sees it."""

from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError

from tests.lambda_api.faults import Fault
from tests.lambda_api.functions import Account, refusal
from tests.lambda_api.loopback import change, client


@pytest.fixture(autouse=True)
def _nothing_else(account: Account, function: str) -> Iterator[None]:
    yield
    change(account.endpoint, faults=[])


@pytest.mark.parametrize(
    ("kind", "code", "status"),
    [
        ("throttle", "TooManyRequestsException", 429),
        ("error", "ServiceException", 500),
        ("unavailable", "ServiceUnavailable", 503),
        ("expired", "ExpiredTokenException", 403),
        ("denied", "AccessDeniedException", 403),
        ("gone", "ResourceNotFoundException", 404),
    ],
)
def test_call_that_fails(account: Account, function: str, kind: str, code: str, status: int) -> None:
    change(account.endpoint, faults=[f"{kind}:Invoke:times=1"])
    with pytest.raises(ClientError) as raised:
        account.functions.invoke(FunctionName=function)
    assert refusal(raised.value) == code
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == status
    assert account.invoke(function).payload["count"] == 1


@pytest.mark.slow
def test_client_that_tries_again_gets_through(account: Account, function: str) -> None:
    change(account.endpoint, faults=["throttle:Invoke:times=2"])
    patient = client(account.endpoint, attempts=4)
    assert patient.invoke(FunctionName=function)["StatusCode"] == 200


def test_lost_answer_has_been_done(account: Account, function: str) -> None:
    """So a client that tries again finds its own first try."""
    change(account.endpoint, faults=["lost:PublishVersion:times=1"])
    revision = account.settled(function)
    patient = client(account.endpoint, attempts=3)
    with pytest.raises(ClientError) as raised:
        patient.publish_version(FunctionName=function, RevisionId=revision)
    assert refusal(raised.value) == "PreconditionFailedException"
    assert account.state(function, "1") in {"Pending", "Active"}


def test_other_services_fail_in_their_own_words(account: Account) -> None:
    change(account.endpoint, faults=["expired:*"])
    stacks, identity = client(account.endpoint, "cloudformation"), client(account.endpoint, "sts")
    for service, call in ((stacks, stacks.describe_stacks), (identity, identity.get_caller_identity)):
        with pytest.raises(ClientError) as raised:
            call()
        assert "expired" in str(raised.value), service
    with pytest.raises(ClientError) as raised:
        account.logs.describe_log_groups()
    assert refusal(raised.value) == "ExpiredTokenException"


def test_deleted_stack(account: Account) -> None:
    change(account.endpoint, faults=["gone:DescribeStacks"])
    with pytest.raises(ClientError, match="does not exist"):
        client(account.endpoint, "cloudformation").describe_stacks(StackName="twin")


@pytest.mark.slow
def test_log_is_late(account: Account, function: str) -> None:
    """A client that looks once finds nothing; one that goes on looking does."""
    account.delay(log=3)
    answer = account.invoke(function)
    with pytest.raises(account.logs.exceptions.ResourceNotFoundException):
        account.logs.filter_log_events(logGroupName=f"/aws/lambda/{function}")
    assert account.messages(function, answer.request_id)


@pytest.mark.parametrize(
    ("text", "hit"),
    [
        ("error:Invoke", [1, 2, 3, 4, 5, 6]),
        ("error:Invoke:after=4", [5, 6]),
        ("error:Invoke:every=3", [3, 6]),
        ("error:Invoke:after=1:every=2:times=1", [3]),
    ],
)
def test_calls_that_a_fault_hits(text: str, hit: list[int]) -> None:
    assert [number for number in range(1, 7) if Fault.parse(text).hits(number)] == hit


def test_no_such_fault() -> None:
    with pytest.raises(ValueError, match="there are throttle, error"):
        Fault.parse("flood:Invoke")
