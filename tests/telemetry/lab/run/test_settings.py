import sys
from pathlib import Path
from typing import TypeAlias

import pytest

from telemetry.lab.__main__ import main
from telemetry.lab.run import settings
from telemetry.lab.run.arguments import parser
from telemetry.lab.run.settings import settings_from
from tests.telemetry.lab.conftest import Lab

Capsys: TypeAlias = pytest.CaptureFixture[str]


def refused(capsys: Capsys, *arguments: str) -> str:
    """What the lab says before it exits with 2."""
    try:
        code: object = main(arguments)
    except SystemExit as error:
        code = error.code
    assert code == 2
    return capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--placement", "sometimes"], "invalid choice: 'sometimes'"),
        (["--placement", "init", "init"], "name each placement once"),
        (["--environments", "0"], "must be a whole number, 1 or greater: got '0'"),
        (["--invocations", "many"], "must be a whole number, 1 or greater, or numbers of 2 or greater by"),
        (["--invocations", "12,lazy=3"], "such as 12,every_invocation=3: got '12,lazy=3'"),
        (["--invocations", "12,init=1"], "such as 12,every_invocation=3: got '12,init=1'"),
        (["--invocations", "12,init=3,init=4"], "such as 12,every_invocation=3: got '12,init=3,init=4'"),
        (
            ["--invocations", "12,init=3", "--experiment", "init=50,first_invocation=50"],
            "--invocations: with --experiment the placement of an environment is not known",
        ),
        (
            ["--precision", "narrow"],
            "a number of ms, such as 25, or a share of the mean, such as 5%: got 'narrow'",
        ),
        (["--precision", "5%"], "--precision: it is of the difference between two placements"),
        (
            ["--precision", "5%", "--experiment", "init=50,first_invocation=50"],
            "--precision: it is of the difference between two placements",
        ),
        (
            ["--precision", "5%", "--placement", "init", "first_invocation", "--environments", "19"],
            "--precision takes 20 environments of each placement at least, not 19",
        ),
        (["--at-once", "0"], "argument --at-once: must be a whole number, 1 or greater: got '0'"),
        (["--timeout", "0"], "argument --timeout: must be greater than 0"),
        (["--timeout", "901"], "argument --timeout: Lambda has none above 900 seconds: got '901'"),
        (["--memory", "512", "1024", "--cpu", "full"], "--memory 512 1024: sizes differ by their CPU, and"),
        (["--idle", "-1"], "must be a number of seconds, 0 or greater: got '-1'"),
        (["--event", "absent.json"], "--event absent.json: No such file or directory"),
        (["--event", "text.json"], "--event text.json: the file is not valid JSON"),
        (["--event", "list.json"], "an event must be a JSON object"),
        (["--event", "binary.json"], "not UTF-8 text"),
        (["--event", "event.json=often"], "the weight 'often' is not a number"),
        (["--event", "event.json=0"], "a weight must be greater than 0"),
        (["--env", "NAME"], "--env NAME: expected NAME=VALUE"),
        (["--env", "LIFESPAN_PLACEMENT=init"], "use --placement"),
        (["--env", "TMPDIR=/var/tmp"], "the lab gives each environment a folder of its own"),
        (["--env", "LAMBDA_TASK_ROOT=/var/task"], "it names the folder in which the function runs"),
        (["--env", "LIFESPAN_PROACTIVE_GAP_MS=long"], "expected a number of milliseconds"),
        (
            ["--init-type", "snap-start", "--experiment", "init=50,first_invocation=50"],
            "under SnapStart all environments are copies of one",
        ),
        (["--env", "LAB_SNAPSHOT_REPORT=x"], "the lab sets it where it looks at a snapshot"),
        (["--init-type", "lambda-managed-instances"], "the lab sends one at a time"),
        (["--init-type", "other"], "invalid choice"),
        (["--app-dir", "absent"], "there is no such folder"),
        (["--table", "absent.json"], "there is no such file"),
        (["--out", "absent/records.jsonl"], "cannot write absent/records.jsonl"),
        (["--out", "."], "it exists and is not a regular file"),
        (["--out", "records.log"], "the function's stderr goes to a file of this name"),
        (["--handler", "handler"], "expected module.attribute"),
        (["--handler", "absent.handler"], "there is no module absent"),
        (["--handler", "absent.inner.handler"], "there is no module absent.inner"),
        (["--app", "a:b", "--handler", "c.d"], "not allowed with argument"),
        (["--experiment", "init=50,first_invocation=50", "--placement", "init"], "not allowed with argument"),
        (
            ["--experiment", "init=50,lazy=50"],
            "--experiment: 'init=50,lazy=50' are no weights",
        ),
        (["--timeout", "soon"], "must be a number of seconds, 0 or greater: got 'soon'"),
        (["--memory", "64"], "must be a size that Lambda has, 128 to 10240 MB: got '64'"),
        (["--memory", "1 GB"], "must be a size that Lambda has, 128 to 10240 MB: got '1 GB'"),
        (["--memory", "512", "1024", "512"], "--memory 512 1024 512: name each size once"),
        (["--cpu", "half"], "invalid choice: 'half'"),
    ],
)
def test_bad_usage(here: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], text: str) -> None:
    (here / "event.json").write_text("{}", encoding="utf-8")
    (here / "text.json").write_text("{", encoding="utf-8")
    (here / "list.json").write_text("[]", encoding="utf-8")
    (here / "binary.json").write_bytes(b"\xff\xfe")
    assert text in refused(capsys, *arguments)
    assert not list(here.glob("records*"))


def test_quick_yields_to_counts(lab: Lab) -> None:
    handler = """
        def handler(event, context):
            return {"statusCode": 200}
    """
    run = lab("--quick", "--environments", 1, handler=handler)
    assert (run.lab["environments"], run.lab["invocations"]) == (1, 6)


def test_precision_has_a_limit() -> None:
    arms = ("--placement", "init", "first_invocation", "--precision", "5%")
    given, asked = parser().parse_args([*arms]), parser().parse_args([*arms, "--environments", "40"])
    assert (settings_from(given).environments, settings_from(asked).environments) == (100, 40)


def test_more_cores_than_there_are(here: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capsys) -> None:
    monkeypatch.setattr(settings, "available_cores", lambda: 2)
    said = refused(capsys, "--memory", "512", "3539")
    assert "--memory 3539: Lambda gives it the CPU time of 2.00 cores, but this machine has 2" in said
    assert "as much as 3538 MB get" in said
    assert "--cpu full" in said
    assert not list(here.iterdir())


def test_full_speed_has_any_size() -> None:
    found = settings_from(parser().parse_args(["--memory", "10240", "--cpu", "full"]))
    assert (found.cpu, found.memory_mb, found.function.memory_mb) == ("full", (10240,), 10240)


def test_default_is_the_cpu_of_the_memory_that_the_template_deploys() -> None:
    found = settings_from(parser().parse_args([]))
    assert (found.cpu, found.memory_mb, found.no_shares) == ("lambda", (1024,), None)


def test_system_without_a_clock_of_other_processes(
    monkeypatch: pytest.MonkeyPatch, lab: Lab, capsys: Capsys
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    reason = "on darwin there is no clock of the CPU time that another process used"
    assert reason in refused(capsys, "--cpu", "lambda")
    assert reason in refused(capsys, "--memory", "512", "1024")
    run = lab(
        *("--memory", 512, "--environments", 1, "--invocations", 1),
        handler="def handler(event, context): return {'statusCode': 200}",
    )
    assert run.lab["cpu"] == {"mode": "full"}
    assert f"Requests ran as fast as INIT: {reason}." in run.stdout
