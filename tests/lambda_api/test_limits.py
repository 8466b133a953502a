"""What Lambda refuses because it is too much, or not allowed."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError

from tests.lambda_api.functions import Account, refusal

pytestmark = pytest.mark.slow


def test_events_beyond_the_reserved_concurrency_are_throttled(account: Account, function: str) -> None:
    account.update(function, MemorySize=256)  # they sleep beside each other on this machine's cores
    account.functions.put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=2)

    def call(_: int) -> str:
        try:
            account.invoke(function, {"sleeps": 1})
        except ClientError as error:
            return f"{error.response['ResponseMetadata']['HTTPStatusCode']} {error.response.get('Reason')}"
        return "served"

    with ThreadPoolExecutor(4) as pool:
        came = sorted(pool.map(call, range(4)))
    assert came == ["429 ReservedFunctionConcurrentInvocationLimitExceeded"] * 2 + ["served"] * 2


def test_nothing_reserved_means_nothing_served(account: Account, function: str) -> None:
    account.functions.put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=0)
    with pytest.raises(ClientError) as raised:
        account.functions.invoke(FunctionName=function)
    assert refusal(raised.value) == "TooManyRequestsException"


def test_provisioned_environments_count_against_what_is_reserved(account: Account, function: str) -> None:
    account.publish(function)
    account.functions.put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=1)
    put = account.functions.put_provisioned_concurrency_config
    with pytest.raises(ClientError) as raised:
        put(FunctionName=function, Qualifier="1", ProvisionedConcurrentExecutions=2)
    assert refusal(raised.value) == "InvalidParameterValueException"
    put(FunctionName=function, Qualifier="1", ProvisionedConcurrentExecutions=1)
    with pytest.raises(ClientError) as raised:
        account.functions.invoke(FunctionName=function)
    assert refusal(raised.value) == "TooManyRequestsException"


def test_account_keeps_some_concurrency_for_others(account: Account, function: str) -> None:
    put = account.functions.put_function_concurrency
    with pytest.raises(ClientError) as raised:
        put(FunctionName=function, ReservedConcurrentExecutions=901)
    assert refusal(raised.value) == "InvalidParameterValueException"
    put(FunctionName=function, ReservedConcurrentExecutions=900)
    limits = account.functions.get_account_settings()["AccountLimit"]
    assert limits["UnreservedConcurrentExecutions"] == 100


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"MemorySize": 10_241}, "ValidationException"),
        ({"Timeout": 901}, "ValidationException"),
        ({"Environment": {"Variables": {"AWS_REGION": "here"}}}, "InvalidParameterValueException"),
        ({"Environment": {"Variables": {"1X": "here"}}}, "ValidationException"),
        ({"Environment": {"Variables": {"LONG": "x" * 4096}}}, "InvalidParameterValueException"),
    ],
)
def test_settings_that_lambda_does_not_take(
    account: Account, function: str, changes: dict[str, object], code: str
) -> None:
    before = account.functions.get_function_configuration(FunctionName=function)
    with pytest.raises(ClientError) as raised:
        account.functions.update_function_configuration(FunctionName=function, **changes)
    assert refusal(raised.value) == code
    after = account.functions.get_function_configuration(FunctionName=function)
    assert {**after, "ResponseMetadata": None} == {**before, "ResponseMetadata": None}


def test_tags_are_for_functions(account: Account, function: str) -> None:
    version = account.functions.publish_version(FunctionName=function)["FunctionArn"]
    arn = version.removesuffix(":1")
    account.functions.tag_resource(Resource=arn, Tags={"marked": "yes", "by": "me"})
    account.functions.untag_resource(Resource=arn, TagKeys=["by"])
    assert account.functions.list_tags(Resource=arn)["Tags"] == {"marked": "yes"}
    for resource, tags in ((version, {"marked": "yes"}), (arn, {"aws:marked": "yes"})):
        with pytest.raises(ClientError) as raised:
            account.functions.tag_resource(Resource=resource, Tags=tags)
        assert refusal(raised.value) == "InvalidParameterValueException"
