"""Whole runs against the loopback AWS: what comes home, and that nothing is left behind."""

import json
from pathlib import Path

import pytest

from telemetry.lab.aws.__main__ import main
from telemetry.report.__main__ import main as report
from tests.lambda_api.functions import Account
from tests.lambda_api.loopback import client
from tests.telemetry.lab.aws.conftest import Lab
from tests.telemetry.lab.aws.twins import (
    APP,
    SECRET,
    SILENT,
    Twin,
    event,
    make_stack,
    make_twin,
    of_kind,
    records,
)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def test_a_run_brings_its_records_home_and_leaves_nothing(
    twin: Twin, lab: Lab, capfd: pytest.CaptureFixture[str]
) -> None:
    before = twin.changeable()
    code = lab("--placement", "init", "first_invocation", "--memory", 512, 1769)
    said = "".join(capfd.readouterr())
    assert code == 0, said
    assert twin.changeable() == before
    assert twin.is_clean()
    home = records(Path("records.jsonl"))
    first, last = of_kind(home, "lab")
    assert (first["complete"], last["complete"]) == (False, True)
    assert (last["where"], last["memory_mb"], last["init_types"]) == ("loopback", [512, 1769], ["on-demand"])
    assert "host" not in last
    assert not Path("records.jsonl.part").exists()
    text = Path("records.jsonl").read_text(encoding="utf-8")
    assert SECRET not in text + said
    assert "on Lambda in" not in said


def test_each_environment_is_whole(twin: Twin, lab: Lab) -> None:
    """Its assignment and startup, out of the log group, and each request with the platform's report."""
    assert lab("--placement", "init", "first_invocation") == 0
    home = records(Path("records.jsonl"))
    invocations = list(of_kind(home, "invocation"))
    reported = {line["record"]["requestId"] for line in home if line.get("type") == "platform.report"}
    assert {one["request_id"] for one in invocations} == reported
    assert {one["startup_id"] for one in invocations} == {
        f"{one['process']}-{one['ordinal']}" for one in of_kind(home, "startup")
    }
    dealt = {one["environment"]: one["placement"] for one in of_kind(home, "environment")}
    assert {one["environment"]: one["placement"] for one in invocations} == dealt
    for placement in ("init", "first_invocation"):
        assert list(dealt.values()).count(placement) >= 2
    assert len(home) == len({json.dumps(line, sort_keys=True) for line in home})


def test_a_run_can_be_judged(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    assert lab("--placement", "init", "first_invocation") == 0
    assert report(["records.jsonl", "--json", "verdict.json"]) == 0
    verdict = json.loads(Path("verdict.json").read_text(encoding="utf-8"))
    requests = len(list(of_kind(records(Path("records.jsonl")), "invocation")))
    assert sum(arm["requests"] for arm in verdict["arms"]) == requests
    capsys.readouterr()


def test_snapstart_restores_new_environments_of_each_placement(twin: Twin, lab: Lab) -> None:
    before = twin.changeable()
    arms = ("--placement", "init", "first_invocation")
    assert lab(*arms, "--init-type", "snap-start", "--environments", 1) == 0
    assert twin.changeable() == before
    assert twin.is_clean()
    home = records(Path("records.jsonl"))
    starts = [one["start"] for one in of_kind(home, "invocation") if one["n"] == 1]
    assert set(starts) == {"snapstart"}
    assert {one["placement"] for one in of_kind(home, "invocation")} == {"init", "first_invocation"}
    assert {one["placement"] for one in of_kind(home, "startup")} == {"init", "first_invocation"}


def test_provisioned_environments_are_ready_before_the_first_request(twin: Twin, lab: Lab) -> None:
    assert lab("--init-type", "provisioned-concurrency") == 0
    assert twin.is_clean()
    home = records(Path("records.jsonl"))
    firsts = [one for one in of_kind(home, "invocation") if one["n"] == 1]
    assert {one["start"] for one in firsts} == {"provisioned"}
    assert len(firsts) >= 2


def test_nothing_is_sent_without_consent(twin: Twin, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--stack", twin.name]) == 2
    said = capsys.readouterr().err
    assert "account 123456789012" in said
    assert "executed for real" in said
    assert "add --yes" in said
    assert twin.is_clean()
    assert not Path("records.jsonl").exists()


@pytest.mark.parametrize("without", ["tag of the stack", "parameter", "tag of the function"])
def test_only_twins_are_measured(
    twin: Twin, lab: Lab, without: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if without == "tag of the function":
        twin.account.functions.untag_resource(Resource=twin.arn, TagKeys=["Measurable"])
    else:
        stacks = client(twin.account.endpoint, "cloudformation")
        stacks.delete_stack(StackName=twin.name)
        make_stack(
            twin.account,
            twin.name,
            parameter="off" if without == "parameter" else "on",
            tag="off" if without == "tag of the stack" else "on",
        )
    assert lab() == 2
    assert "make deploy CONFIG_ENV=measure" in capsys.readouterr().err
    assert twin.is_clean()


def test_a_twin_must_have_concurrency_of_its_own(
    twin: Twin, lab: Lab, capsys: pytest.CaptureFixture[str]
) -> None:
    twin.account.functions.put_function_concurrency(FunctionName=twin.name, ReservedConcurrentExecutions=1)
    assert lab() == 2
    assert "ReservedConcurrency=4" in capsys.readouterr().err


def test_a_second_run_is_refused(twin: Twin, lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    marker = "0a1b2c3d 2026-11-26T13:33:00Z"
    twin.account.functions.tag_resource(Resource=twin.arn, Tags={"lifespan-lab-run": marker})
    assert lab() == 2
    assert f"--stack {twin.name} --clean" in capsys.readouterr().err


def test_a_budget_ends_the_run_before_the_block_that_could_pass_it(
    twin: Twin, lab: Lab, capsys: pytest.CaptureFixture[str]
) -> None:
    before = twin.changeable()
    assert lab("--environments", 6, "--budget", 0.00464) == 1
    assert "the budget of $0.00464 ends the run here" in capsys.readouterr().err
    assert twin.changeable() == before
    assert twin.is_clean()
    (_, last) = of_kind(records(Path("records.jsonl")), "lab")
    assert last["complete"] is False
    assert last["sent"]["init"]["environments"] >= 2


def test_a_function_without_records_is_told_what_it_lacks(
    at_loopback: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    silent = make_twin(at_loopback, "silent", SILENT)
    assert main(["--stack", "silent", "--yes", "--environments", "1", "--parallel", "1"]) == 1
    assert "writes no records" in capsys.readouterr().err
    assert silent.is_clean()


def test_n3_a_handler_that_gives_a_placement_is_told_what_to_leave_away(
    at_loopback: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    given = make_twin(at_loopback, "given", APP.replace("**telemetry", 'placement="init", **telemetry'))
    few = ("--environments", "2", "--invocations", "1", "--parallel", "2", "--yes")
    assert main(["--stack", "given", "--placement", "first_invocation", *few]) == 1
    assert "environments started with init (" in capsys.readouterr().err
    assert given.is_clean()


def test_events_are_drawn_by_weight(twin: Twin, lab: Lab) -> None:
    Path("a.json").write_text(json.dumps(event("/a")), encoding="utf-8")
    Path("missing.json").write_text(json.dumps(event("/missing")), encoding="utf-8")
    assert lab("--event", "a.json=3", "missing.json", "--invocations", 6) == 0
    found = {one["status"] for one in of_kind(records(Path("records.jsonl")), "invocation")}
    assert found == {200, 404}
