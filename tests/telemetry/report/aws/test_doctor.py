from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from moto import mock_aws

from telemetry.report.__main__ import main
from telemetry.report.aws import doctor
from telemetry.report.show import examination
from tests.telemetry.report.aws.conftest import (
    CONFIGURATION,
    GROUP,
    LOGGING,
    TEMPLATE,
    deploy,
    put,
    record,
    reserve,
)
from tests.telemetry.report.aws.test_log_sums import report, text_report, told
from tests.telemetry.report.simulation import HALVES, Run

Examine = Callable[..., tuple[int, str]]
HEALTHY = Run(lab=False, arms={"init": 3}).lines()
MAIL = {"Environment": {"Variables": {"POWERTOOLS_SERVICE_NAME": "mail"}}}
ROLE = {
    "Type": "AWS::IAM::Role",
    "Properties": {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []}},
}


def lambda_(name: str) -> dict[str, Any]:
    return {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "FunctionName": name, "Runtime": "python3.13", "Handler": "a.b", "Code": {"ZipFile": "pass"},
            "Role": {"Fn::GetAtt": ["Role", "Arn"]},
        },
    }  # fmt: skip


SHOP = {
    "Resources": {
        "Role": ROLE,
        "Tickets": lambda_("tickets-function"),
        "Mail": lambda_("mail-function"),
    }
}


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each finding on one line."""
    monkeypatch.setenv("COLUMNS", "400")
    monkeypatch.setattr(examination, "WIDEST", 400)


@pytest.fixture
def examine(
    logs: Any, functions: Stubber, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Examine:
    """Run `doctor` on a stack whose function and log are as given; returns exit code and words."""

    def run(
        lines: list[str],
        *,
        variables: dict[str, str] | None = None,
        options: tuple[str, ...] = (),
        **change: Any,
    ) -> tuple[int, str]:
        logging = {"LoggingConfig": LOGGING | {"SystemLogLevel": "INFO"}, "TracingConfig": {"Mode": "Active"}}
        environment = {"Environment": {"Variables": {"LIFESPAN_PLACEMENT": "init", **(variables or {})}}}
        found = CONFIGURATION | logging | environment | change
        name = {"FunctionName": "tickets-function"}
        functions.add_response("get_function_configuration", found, name)
        functions.add_response("list_aliases", {"Aliases": []}, name)
        reserve(functions)
        clients = {"logs": logs, "lambda": functions.client, "cloudformation": deploy(TEMPLATE)}
        monkeypatch.setattr(doctor, "client", clients.__getitem__)
        if lines:
            put(logs, lines)
        code = main(["doctor", "--stack", "tickets", *options])
        return code, " ".join(capsys.readouterr().out.split())

    return run


def test_missing_stack_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with mock_aws():
        assert main(["doctor", "--stack", "nowhere"]) == 2
        assert "stack nowhere: " in capsys.readouterr().err


def test_stack_leads_to_its_records(logs: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    deploy(TEMPLATE)
    put(logs, Run(lab=False).lines())
    assert main(["--stack", "tickets", "--cache", str(tmp_path)]) == 0
    assert capsys.readouterr().out.startswith("Against stock Mangum: keeping the lifespan saves ")


@pytest.mark.parametrize(("level", "code"), [("INFO", 0), ("WARN", 1)])
def test_command_tells_whether_it_is_broken(level: str, code: int, examine: Examine) -> None:
    found, out = examine(HEALTHY, LoggingConfig=LOGGING | {"SystemLogLevel": level})
    assert found == code
    assert "36 requests, 36 report lines since 1d" in out
    assert ("set both to INFO" in out) is (code == 1)


def test_t24_time_outs_everywhere_are_broken(examine: Examine) -> None:
    code, out = examine([report("timeout", 30_000)] * 12)
    assert code == 1
    assert "timed out broken 12 of 12 requests they left no record" in out
    assert "requests came and none left a record" in out


def test_t24_every_failed_startup_is_broken(examine: Examine) -> None:
    failed = told("startup", outcome="failed", ordinal=1, phase="init", StartupDuration=3, error="OSError")
    code, out = examine([failed, report("error")] * 3)
    assert code == 1
    assert "startups broken 0 complete, 3 failed the app raises OSError as it starts" in out
    assert "crashed broken 3 of 3 requests" in out


def test_t24_text_logs_say_what_is_lost(examine: Examine) -> None:
    lines = Run(lab=False, arms={"init": 3}, text_reports=True).lines()
    code, out = examine(lines, LoggingConfig={"LogFormat": "Text", "LogGroup": GROUP})
    assert code == 0
    assert "36 requests, 36 report lines" in out
    assert "log format look Text records, metrics and the report work. But the dashboard's INIT" in out


def test_t24_startup_of_2_s_in_a_timeout_of_3_s_is_found(examine: Examine) -> None:
    startup = told("startup", outcome="complete", phase="invocation", StartupDuration=2200)
    code, out = examine([startup, told("invocation", n=1), report(ms=2300)], Timeout=3)
    assert code == 0
    assert "timeout look 3 s; slowest startup in a request 2.2 s, 73% of it it runs inside a request" in out
    assert "of which 0.8 s are left for its own work: raise Timeout" in out


def test_t24_experiment_without_its_size_is_found(examine: Examine) -> None:
    code, out = examine(HEALTHY, variables={"LIFESPAN_EXPERIMENT": HALVES})
    assert code == 0
    assert "experiment look no size declared" in out
    assert "set LIFESPAN_EXPERIMENT_PLANNED to what `plan` proposes" in out


def test_t24_init_of_14_s_under_provisioned_concurrency_is_not_broken(examine: Examine) -> None:
    startup = told(
        "startup", outcome="complete", phase="init", StartupDuration=13_000, init_ms=1000,
        init_type="provisioned-concurrency",
    )  # fmt: skip
    code, out = examine([startup, told("invocation", n=1), report()])
    assert code == 0
    assert "INIT ok slowest 14.0 s; the limit is 130 s" in out


def test_time_outs_of_text_logs_are_found(examine: Examine) -> None:
    lines = [text_report(30_000, "Status: timeout")] * 3
    code, out = examine(lines, LoggingConfig={"LogFormat": "Text", "LogGroup": GROUP})
    assert code == 1
    assert "timed out broken 3 of 3 requests" in out


def test_t24_service_chooses_records_where_there_is_one_function(examine: Examine) -> None:
    lines = [told("invocation", n=1, service="mail"), told("invocation", n=1), told("invocation", n=2)]
    code, out = examine([*lines, report()], options=("--service", "mail"))
    assert code == 0
    assert "1 requests, 1 report lines since 1d; also of tickets" in out


def test_missing_log_group_is_found(examine: Examine) -> None:
    code, out = examine([], LoggingConfig=LOGGING | {"LogGroup": "/nowhere", "SystemLogLevel": "INFO"})
    assert code == 1
    assert "/nowhere is not there" in out


def test_t24_log_class_is_found_though_cloudwatch_lets_nobody_read_it(
    functions: Stubber, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    record(functions, [])
    reserve(functions)
    group = {"logGroupName": GROUP, "retentionInDays": 30, "logGroupClass": "INFREQUENT_ACCESS"}
    with mock_aws(), Stubber(boto3.client("logs", region_name="eu-west-1")) as logs:
        logs.add_response("describe_log_groups", {"logGroups": [group]})
        logs.add_client_error("filter_log_events", "InvalidOperationException", "not for this log class")
        clients = {"logs": logs.client, "lambda": functions.client, "cloudformation": deploy(TEMPLATE)}
        monkeypatch.setattr(doctor, "client", clients.__getitem__)
        assert main(["doctor", "--stack", "tickets"]) == 1
    assert "log class broken INFREQUENT_ACCESS CloudWatch makes no metrics of it" in " ".join(
        capsys.readouterr().out.split()
    )


def services(functions: Stubber) -> None:
    """Say what the two functions of the shop declare."""
    for name, change in {"tickets-function": {}, "mail-function": MAIL}.items():
        functions.add_response("get_function_configuration", CONFIGURATION | change, {"FunctionName": name})


@pytest.fixture
def shop(logs: Any, functions: Stubber, monkeypatch: pytest.MonkeyPatch) -> Stubber:
    """A stack of two functions that write to one log group."""
    cloudformation = deploy(SHOP)
    services(functions)
    clients = {"logs": logs, "lambda": functions.client, "cloudformation": cloudformation}
    monkeypatch.setattr(doctor, "client", clients.__getitem__)
    put(logs, HEALTHY, "2026/11/24/tickets-function[$LATEST]a")
    mail = [line.replace('"service":"tickets"', '"service":"mail"') for line in HEALTHY]
    put(logs, [*mail, report("timeout")], "2026/11/24/mail-function[$LATEST]b")
    return functions


def test_t24_several_functions_ask_for_a_service(shop: Stubber, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--stack", "tickets"]) == 2
    error = capsys.readouterr().err
    assert "mail-function (mail)" in error
    assert "tickets-function (tickets-function)" in error
    assert "--service NAME" in error


def test_t24_service_chooses_function_and_records(shop: Stubber, capsys: pytest.CaptureFixture[str]) -> None:
    name = {"FunctionName": "mail-function"}
    found = CONFIGURATION | MAIL | {"LoggingConfig": LOGGING | {"SystemLogLevel": "INFO"}, "MemorySize": 256}
    shop.add_response("get_function_configuration", found, name)
    shop.add_response("list_aliases", {"Aliases": []}, name)
    shop.add_response("get_function_concurrency", {}, name)
    assert main(["doctor", "--stack", "tickets", "--service", "mail"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "mail-function, active" in out
    assert "; also of tickets" in out
    assert "timed out look 1 of 37 requests" in out


def test_unknown_service_is_refused(shop: Stubber, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--stack", "tickets", "--service", "billing"]) == 2
    assert "has the service 'billing'" in capsys.readouterr().err
