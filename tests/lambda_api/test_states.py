"""What is pending, for how long, and what works meanwhile; snapshots and provisioned concurrency."""

import pytest
from botocore.exceptions import ClientError

from tests.lambda_api.conftest import LONG
from tests.lambda_api.functions import BROKEN, CODE, Account, refusal, until, zipped

pytestmark = pytest.mark.slow

SNAPSHOT = {"SnapStart": {"ApplyOn": "PublishedVersions"}}


def test_pending_update_still_runs_what_was(account: Account, function: str) -> None:
    account.delay(update=LONG)
    second = {"Variables": {"NAME": "second"}}
    account.functions.update_function_configuration(FunctionName=function, Environment=second)
    assert account.invoke(function).payload["name"] == "first"
    account.delay(update=0)
    assert account.invoke(function).payload["name"] == "second"


def test_revision_changes_with_all_that_happens_to_latest(account: Account, function: str) -> None:
    """Also when an update is over, and when a version is published; a version keeps its own."""
    created = account.settled(function)
    updated = account.functions.update_function_configuration(FunctionName=function, Timeout=20)["RevisionId"]
    done = account.settled(function)
    published = account.functions.publish_version(FunctionName=function, RevisionId=done)["RevisionId"]
    until(lambda: account.state(function, "1") == "Active")
    after = account.settled(function)
    assert len({created, updated, done, published, after}) == 5
    version = account.functions.get_function_configuration(FunctionName=function, Qualifier="1")
    assert version["RevisionId"] == published


def test_unchanged_function_has_no_new_version(account: Account, function: str) -> None:
    assert account.publish(function, Description="one") == "1"
    assert account.publish(function, Description="two") == "1"
    account.update(function, Environment={"Variables": {"NAME": "first", "NONCE": "1"}})
    assert account.publish(function) == "2"
    account.update(function, Environment={"Variables": {"NAME": "first"}})
    assert account.publish(function) == "3"


def test_versions_come_in_pages(account: Account, function: str) -> None:
    for number in range(3):
        account.update(function, Environment={"Variables": {"NAME": str(number)}})
        account.publish(function, Description=f"of {number}")
    pages = account.functions.get_paginator("list_versions_by_function").paginate(
        FunctionName=function, PaginationConfig={"PageSize": 2}
    )
    found = [[version["Version"] for version in page["Versions"]] for page in pages]
    assert found == [["$LATEST", "1"], ["2", "3"]]


def test_version_keeps_code_and_configuration(account: Account, function: str) -> None:
    account.publish(function)
    code = zipped(CODE.replace('"count": count', '"count": -count'))
    account.functions.update_function_code(FunctionName=function, ZipFile=code)
    account.settled(function)
    assert account.invoke(function).payload["count"] == -1
    assert account.invoke(function, Qualifier="1").payload["count"] == 1


def test_snapshot_is_taken_before_the_version_can_be_invoked(account: Account, function: str) -> None:
    account.update(function, **SNAPSHOT)
    account.delay(publish=LONG)
    version = account.functions.publish_version(FunctionName=function)["Version"]
    with pytest.raises(ClientError) as raised:
        account.functions.invoke(FunctionName=function, Qualifier=version)
    assert refusal(raised.value) == "SnapStartNotReadyException"
    account.delay(publish=0)
    until(lambda: account.state(function, version) == "Active")
    answer = account.invoke(function, Qualifier=version)
    assert (answer.payload["type"], answer.payload["count"]) == ("snap-start", 1)
    assert "Restore Duration: " in answer.log
    assert "Init Duration: " not in answer.log
    assert "Restore Duration: " not in account.invoke(function, Qualifier=version).log
    assert account.invoke(function).payload["type"] == "on-demand"


def test_snapshot_that_fails(account: Account, function: str) -> None:
    account.functions.update_function_code(FunctionName=function, ZipFile=zipped(BROKEN))
    account.settled(function)
    account.update(function, **SNAPSHOT)
    version = account.functions.publish_version(FunctionName=function)["Version"]
    until(lambda: account.state(function, version) == "Failed")
    found = account.functions.get_function_configuration(FunctionName=function, Qualifier=version)
    assert found["StateReasonCode"] == "FunctionError"
    assert "no such luck" in found["StateReason"]
    with pytest.raises(ClientError) as raised:
        account.functions.invoke(FunctionName=function, Qualifier=version)
    assert refusal(raised.value) == "ResourceConflictException"


def test_provisioned_environments_wait_for_events_of_the_alias(account: Account, function: str) -> None:
    account.publish(function)
    wanted = {"FunctionName": function, "Qualifier": "live"}
    account.functions.create_alias(FunctionName=function, Name="live", FunctionVersion="1")
    put = account.functions.put_provisioned_concurrency_config
    assert put(**wanted, ProvisionedConcurrentExecutions=2)["Status"] == "IN_PROGRESS"
    until(lambda: account.functions.get_provisioned_concurrency_config(**wanted)["Status"] == "READY")
    assert account.messages(function, "imported").count("imported") == 2
    assert account.invoke(function, Qualifier="live").payload["type"] == "provisioned-concurrency"
    assert account.invoke(function, Qualifier="1").payload["type"] == "on-demand"
    (listed,) = account.functions.list_provisioned_concurrency_configs(FunctionName=function)[
        "ProvisionedConcurrencyConfigs"
    ]
    assert listed["AvailableProvisionedConcurrentExecutions"] == 2
    account.functions.delete_alias(FunctionName=function, Name="live")
    with pytest.raises(ClientError) as raised:
        account.functions.get_provisioned_concurrency_config(**wanted)
    assert refusal(raised.value) in {
        "ResourceNotFoundException",
        "ProvisionedConcurrencyConfigNotFoundException",
    }


def test_provisioned_concurrency_of_what_cannot_have_any(account: Account, function: str) -> None:
    put = account.functions.put_provisioned_concurrency_config
    account.update(function, **SNAPSHOT)
    account.publish(function)
    for qualifier in ("1", "$LATEST"):
        with pytest.raises(ClientError) as raised:
            put(FunctionName=function, Qualifier=qualifier, ProvisionedConcurrentExecutions=1)
        assert refusal(raised.value) == "InvalidParameterValueException"


def test_provisioned_environments_that_cannot_start(account: Account, function: str) -> None:
    account.functions.update_function_code(FunctionName=function, ZipFile=zipped(BROKEN))
    account.settled(function)
    account.publish(function)
    wanted = {"FunctionName": function, "Qualifier": "1"}
    account.functions.put_provisioned_concurrency_config(**wanted, ProvisionedConcurrentExecutions=1)
    look = account.functions.get_provisioned_concurrency_config
    until(lambda: look(**wanted)["Status"] == "FAILED")
    assert "no such luck" in look(**wanted)["StatusReason"]
