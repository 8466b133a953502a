from pathlib import Path

import pytest

from telemetry.lab.__main__ import main
from tests.telemetry.lab.conftest import Lab


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
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
        (["--invocations", "many"], "must be a whole number, 1 or greater: got 'many'"),
        (["--timeout", "0"], "argument --timeout: must be greater than 0"),
        (["--idle", "-1"], "must be a number of seconds, 0 or greater: got '-1'"),
        (["--event", "absent.json"], "--event absent.json: No such file or directory"),
        (["--event", "text.json"], "--event text.json: the file is not valid JSON"),
        (["--event", "list.json"], "an event must be a JSON object"),
        (["--event", "binary.json"], "not UTF-8 text"),
        (["--event", "event.json=often"], "the weight 'often' is not a number"),
        (["--event", "event.json=0"], "a weight must be greater than 0"),
        (["--env", "NAME"], "--env NAME: expected NAME=VALUE"),
        (["--env", "LIFESPAN_PLACEMENT=init"], "use --placement"),
        (["--env", "LIFESPAN_PROACTIVE_GAP_MS=long"], "expected a number of milliseconds"),
        (["--init-type", "snap-start"], "cannot restore a process from a snapshot"),
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
