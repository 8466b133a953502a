"""What an invocation gives: payload, log, failures, a warm or a new environment."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError

from telemetry.lab.platform.cpu_quota import PERIOD
from telemetry.lab.platform.cpu_share import cpu_share
from tests.lambda_api.functions import BROKEN, Account, refusal, zipped

pytestmark = pytest.mark.slow


def test_second_event_finds_the_environment_warm(account: Account, function: str) -> None:
    first, second = (account.invoke(function).payload for _ in range(2))
    assert (first["count"], second["count"]) == (1, 2)
    assert first["stream"] == second["stream"]
    assert first["type"] == "on-demand"


def test_variables_are_the_functions_own(account: Account, function: str) -> None:
    """Beside Lambda's and what keeps it on loopback, nothing of this process comes along."""
    names = set(account.invoke(function).payload["has"])
    assert {"NAME", "AWS_ENDPOINT_URL", "AWS_LAMBDA_FUNCTION_NAME"} <= names
    assert not [name for name in names if name.startswith(("PYTEST", "GIT_", "UV_", "VIRTUAL_ENV"))]


def test_log_begins_with_start_and_ends_with_report(account: Account, function: str) -> None:
    """Lines of INIT are in the log group alone."""
    answer = account.invoke(function, {"logs": "careful"})
    lines = answer.log.splitlines()
    assert lines[0] == f"START RequestId: {answer.request_id} Version: $LATEST"
    assert lines[1] == "handling first"
    assert "careful" in lines[2]
    assert lines[-2] == f"END RequestId: {answer.request_id}"
    assert lines[-1].startswith(f"REPORT RequestId: {answer.request_id}\tDuration: ")
    assert "Memory Size: 1769 MB" in lines[-1]
    assert "Init Duration: " in lines[-1]
    assert "Init Duration: " not in account.invoke(function).log
    messages = account.messages(function, "REPORT")
    assert messages[0].startswith("INIT_START")
    assert "imported" in messages


def test_json_format_has_the_platforms_records(account: Account, function: str) -> None:
    account.update(function, LoggingConfig={"LogFormat": "JSON"})
    answer = account.invoke(function, {"logs": "careful"})
    start, plain, warning, report = answer.log.splitlines()
    assert json.loads(start)["type"] == "platform.start"
    assert plain == "handling first"
    assert json.loads(warning)["message"] == "careful"
    record = json.loads(report)["record"]
    assert (record["requestId"], record["status"]) == (answer.request_id, "success")
    metrics = record["metrics"]
    assert metrics["billedDurationMs"] >= metrics["durationMs"] + metrics["initDurationMs"]


def test_megabytes_are_cut_in_the_answer_and_whole_in_the_log(account: Account, function: str) -> None:
    answer = account.invoke(function, {"prints": 2000})
    assert len(answer.log.encode()) == 4096
    assert "START" not in answer.log
    assert "REPORT" in answer.log
    messages = account.messages(function, "REPORT", "001999 ")
    assert len([line for line in messages if line.endswith("x" * 1000)]) == 2000


def test_handler_that_raises(account: Account, function: str) -> None:
    answer = account.invoke(function, {"raises": "no such luck"})
    assert answer.error == "Unhandled"
    assert answer.payload["errorType"] == "ValueError"
    assert answer.payload["errorMessage"] == "no such luck"
    assert answer.payload["stackTrace"]
    assert account.invoke(function).payload["count"] == 2


def test_process_that_exits_is_followed_by_another(account: Account, function: str) -> None:
    answer = account.invoke(function, {"exits": 3})
    assert answer.error == "Unhandled"
    assert answer.payload["errorType"] == "Runtime.ExitError"
    assert "exit status 3" in answer.payload["errorMessage"]
    assert account.invoke(function).payload["count"] == 1


def test_time_out_ends_the_process(account: Account, function: str) -> None:
    account.update(function, Timeout=1)
    answer = account.invoke(function, {"sleeps": 60})
    assert answer.error == "Unhandled"
    assert answer.payload["errorType"] == "Sandbox.Timedout"
    assert "timed out after 1.00 seconds" in answer.payload["errorMessage"]
    assert "Status: timeout" in answer.log
    account.update(function, Timeout=30)
    assert account.invoke(function).payload["count"] == 1


def test_function_that_cannot_start(account: Account, function: str) -> None:
    account.functions.update_function_code(FunctionName=function, ZipFile=zipped(BROKEN))
    account.settled(function)
    answer = account.invoke(function)
    assert answer.error == "Unhandled"
    assert answer.payload["errorType"] == "RuntimeError"
    assert any(line.startswith("INIT_REPORT") for line in account.messages(function, "REPORT Req"))


def test_events_at_once_get_an_environment_each(account: Account, function: str) -> None:
    account.update(function, MemorySize=256)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: account.invoke(function, {"sleeps": 0.5}), range(4)))
    assert {answer.payload["count"] for answer in answers} == {1}
    assert len({answer.payload["stream"] for answer in answers}) == 4


def test_changed_function_gets_new_environments(account: Account, function: str) -> None:
    account.invoke(function)
    account.update(function, Environment={"Variables": {"NAME": "second"}})
    changed = account.invoke(function).payload
    assert (changed["count"], changed["name"]) == (1, "second")


def test_event_without_an_answer(account: Account, function: str) -> None:
    assert account.invoke(function, {"logs": "later"}, InvocationType="Event").status == 202
    assert account.messages(function, "later")


def test_event_that_is_no_json(account: Account, function: str) -> None:
    with pytest.raises(ClientError) as raised:
        account.functions.invoke(FunctionName=function, Payload=b"{")
    assert refusal(raised.value) == "InvalidRequestContentException"


def test_alias_shares_requests_out(account: Account, function: str) -> None:
    account.publish(function)
    account.update(function, Environment={"Variables": {"NAME": "second"}})
    account.publish(function)
    routing = {"AdditionalVersionWeights": {"2": 0.5}}
    account.functions.create_alias(
        FunctionName=function, Name="live", FunctionVersion="1", RoutingConfig=routing
    )
    ran = {str(account.invoke(function, Qualifier="live").version) for _ in range(16)}
    assert ran == {"1", "2"}


def test_cpu_is_given_by_memory(account: Account, function: str) -> None:
    """A bound from below, which no other load can spoil; the one from above is in `test_measured_twin`."""
    account.update(function, MemorySize=512, LoggingConfig={"LogFormat": "JSON"})
    account.invoke(function)
    report = json.loads(account.invoke(function, {"works": 0.2}).log.splitlines()[-1])
    one_period = 1000 * PERIOD  # the quota of one is there at once
    assert report["record"]["metrics"]["durationMs"] > 200 / cpu_share(512) - 2 * one_period


def test_deleted_version_leaves_others_warm(account: Account, function: str) -> None:
    """Also those that are at work meanwhile."""
    account.publish(function)
    account.invoke(function, Qualifier="1")
    with ThreadPoolExecutor(1) as pool:
        at_work = pool.submit(account.invoke, function, {"sleeps": 0.5})
        account.functions.delete_function(FunctionName=function, Qualifier="1")
        assert at_work.result().payload["count"] == 1
    assert account.invoke(function).payload["count"] == 2
