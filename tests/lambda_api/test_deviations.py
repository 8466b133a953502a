"""Where moto is not as Lambda is: the double has to be, and each of these tests fails on moto itself."""

from collections.abc import Callable, Iterator

import pytest
from botocore.exceptions import ClientError

from tests.lambda_api.conftest import LONG
from tests.lambda_api.functions import CODE, Account, refusal, until
from tests.lambda_api.plain_moto import plain_moto

Check = Callable[[Account, str], None]


def refused(code: str, call: Callable[..., object], **arguments: object) -> None:
    with pytest.raises(ClientError) as raised:
        call(**arguments)
    assert refusal(raised.value) == code


def two_versions(account: Account, name: str) -> None:
    account.publish(name)
    account.update(name, Environment={"Variables": {"NAME": "second"}}, MemorySize=1024)
    account.publish(name)


def a_qualifier_chooses_the_version(account: Account, name: str) -> None:
    """It is in the query, and never in the event."""
    two_versions(account, name)
    account.functions.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    answers = {qualifier: account.invoke(name, Qualifier=qualifier) for qualifier in ("1", "2", "live")}
    assert [answer.payload["name"] for answer in answers.values()] == ["first", "second", "first"]
    assert [answer.payload["memory"] for answer in answers.values()] == ["1769", "1024", "1769"]
    assert account.invoke(name, {"qualifier": "1", "Qualifier": "1"}).payload["version"] == "$LATEST"


def b_invocation_runs_and_says_what_ran(account: Account, name: str) -> None:
    account.publish(name)
    answer = account.invoke(name, Qualifier="1")
    assert (answer.payload["version"], answer.version, answer.error) == ("1", "1", None)
    assert answer.payload["request"] == answer.request_id
    assert answer.payload["arn"].endswith(f":{name}:1")
    assert account.invoke(name, InvocationType="DryRun").status == 204
    assert account.invoke(name, Qualifier="1").payload["count"] == 2
    refused("ResourceNotFoundException", account.functions.invoke, FunctionName=name, Qualifier="7")


def c_provisioned_concurrency_and_account_are_there(account: Account, name: str) -> None:
    account.publish(name)
    account.functions.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    wanted = {"FunctionName": name, "Qualifier": "live"}
    account.functions.put_provisioned_concurrency_config(**wanted, ProvisionedConcurrentExecutions=1)
    until(lambda: account.functions.get_provisioned_concurrency_config(**wanted)["Status"] == "READY")
    account.functions.delete_provisioned_concurrency_config(**wanted)
    missing = "ProvisionedConcurrencyConfigNotFoundException"
    refused(missing, account.functions.get_provisioned_concurrency_config, **wanted)
    assert account.functions.get_account_settings()["AccountLimit"]["ConcurrentExecutions"] == 1000
    assert account.functions.get_runtime_management_config(FunctionName=name)["UpdateRuntimeOn"] == "Auto"


def d_configuration_is_kept(account: Account, name: str) -> None:
    changes: dict[str, object] = {
        "LoggingConfig": {"LogFormat": "JSON", "LogGroup": f"/aws/lambda/{name}"},
        "SnapStart": {"ApplyOn": "PublishedVersions"},
        "EphemeralStorage": {"Size": 1024},
        "TracingConfig": {"Mode": "Active"},
    }
    account.update(name, **changes)
    found = account.functions.get_function_configuration(FunctionName=name)
    levels = {"ApplicationLogLevel": "INFO", "SystemLogLevel": "INFO"}
    assert found["LoggingConfig"] == {"LogFormat": "JSON", "LogGroup": f"/aws/lambda/{name}", **levels}
    assert found["SnapStart"] == {"ApplyOn": "PublishedVersions", "OptimizationStatus": "Off"}
    assert found["EphemeralStorage"] == {"Size": 1024}
    assert found["TracingConfig"] == {"Mode": "Active"}
    assert found["RevisionId"]
    version = account.publish(name)
    published = account.functions.get_function_configuration(FunctionName=name, Qualifier=version)
    assert published["SnapStart"]["OptimizationStatus"] == "On"


def e_revisions_hold_and_versions_do_not_change(account: Account, name: str) -> None:
    update, publish = account.functions.update_function_configuration, account.functions.publish_version
    revision = account.settled(name)
    refused("PreconditionFailedException", update, FunctionName=name, RevisionId="another")
    refused("PreconditionFailedException", publish, FunctionName=name, RevisionId="another")
    refused("InvalidParameterValueException", publish, FunctionName=name, CodeSha256="another")
    update(FunctionName=name, RevisionId=revision, Timeout=20)
    account.settled(name)
    refused("PreconditionFailedException", update, FunctionName=name, RevisionId=revision)
    account.publish(name)
    refused("InvalidParameterValueException", update, FunctionName=f"{name}:1", MemorySize=999)
    alias = account.functions.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    changed = account.functions.update_alias(FunctionName=name, Name="live", Description="of today")
    assert changed["RevisionId"] != alias["RevisionId"]
    stale = {"FunctionName": name, "Name": "live", "RevisionId": alias["RevisionId"]}
    refused("PreconditionFailedException", account.functions.update_alias, **stale)
    delete = account.functions.delete_function
    refused("ResourceConflictException", delete, FunctionName=name, Qualifier="1")


def f_pending_updates_refuse_what_comes_too_early(account: Account, name: str) -> None:
    """A client without a waiter fails."""
    update, publish = account.functions.update_function_configuration, account.functions.publish_version
    account.delay(update=LONG, publish=LONG)
    assert update(FunctionName=name, Timeout=20)["LastUpdateStatus"] == "InProgress"
    refused("ResourceConflictException", publish, FunctionName=name)
    refused("ResourceConflictException", update, FunctionName=name, Timeout=10)
    account.delay(update=0)
    account.settled(name)
    assert publish(FunctionName=name)["State"] == "Pending"
    refused("ResourceConflictException", account.functions.invoke, FunctionName=name, Qualifier="1")
    account.delay(publish=0)
    until(lambda: account.state(name, "1") == "Active")
    assert account.invoke(name, Qualifier="1").version == "1"


def g_numbers_are_never_given_again(account: Account, name: str) -> None:
    two_versions(account, name)
    account.functions.delete_function(FunctionName=name, Qualifier="1")
    account.update(name, Timeout=20)
    assert account.publish(name) == "3"
    account.functions.delete_function(FunctionName=name, Qualifier="3")
    account.update(name, Timeout=10)
    assert account.publish(name) == "4"
    account.functions.delete_function(FunctionName=name)
    account.create(name, CODE)
    assert account.publish(name) == "5"


CHECKS: dict[str, Check] = {
    check.__name__: check
    for check in (
        a_qualifier_chooses_the_version,
        b_invocation_runs_and_says_what_ran,
        c_provisioned_concurrency_and_account_are_there,
        d_configuration_is_kept,
        e_revisions_hold_and_versions_do_not_change,
        f_pending_updates_refuse_what_comes_too_early,
        g_numbers_are_never_given_again,
    )
}


FAILURES = (AssertionError, ClientError, KeyError, ValueError, pytest.fail.Exception)
"""moto's answer to Invoke is no JSON: it has no Docker."""


@pytest.fixture(scope="module")
def plain() -> Iterator[Account]:
    with plain_moto() as endpoint:
        yield Account(endpoint, plain=True)


@pytest.mark.parametrize("check", CHECKS.values(), ids=list(CHECKS))
def test_double_does_as_lambda(check: Check, account: Account, function: str) -> None:
    check(account, function)


@pytest.mark.parametrize("check", CHECKS.values(), ids=list(CHECKS))
def test_moto_alone_does_not(check: Check, plain: Account, request: pytest.FixtureRequest) -> None:
    """Or the test above would prove nothing."""
    name = request.node.callspec.id
    plain.create(name)
    with pytest.raises(FAILURES):
        check(plain, name)
