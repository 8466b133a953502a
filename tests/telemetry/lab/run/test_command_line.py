import json
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
        (["--placement", "init", "init"], "each one once"),
        (["--environments", "0"], "0 is below 1"),
        (["--invocations", "many"], "invalid"),
        (["--timeout", "0"], "no time to answer in"),
        (["--idle", "-1"], "-1 is no number of seconds"),
        (["--event", "absent.json"], "event file absent.json: No such file or directory"),
        (["--event", "text.json"], "event file text.json: no valid JSON"),
        (["--event", "list.json"], "an event is a JSON object"),
        (["--event", "binary.json"], "not UTF-8 text"),
        (["--event", "event.json=often"], "the weight 'often' is not a number"),
        (["--event", "event.json=0"], "a weight is above 0"),
        (["--env", "NAME"], "--env NAME: expected NAME=VALUE"),
        (["--env", "LIFESPAN_PLACEMENT=init"], "--placement sets that"),
        (["--env", "LIFESPAN_PROACTIVE_GAP_MS=long"], "not a number"),
        (["--init-type", "snap-start"], "cannot be restored from a snapshot"),
        (["--init-type", "lambda-managed-instances"], "one event at a time"),
        (["--init-type", "other"], "invalid choice"),
        (["--app-dir", "absent"], "there is no such folder"),
        (["--table", "absent.json"], "there is no such file"),
        (["--out", "absent/records.jsonl"], "cannot write absent/records.jsonl"),
        (["--out", "."], "this is no file"),
        (["--out", "records.log"], "the function's stderr goes to a file of that name"),
        (["--handler", "handler"], "expected module.attribute"),
        (["--handler", "absent.handler"], "there is no module absent"),
        (["--handler", "absent.inner.handler"], "there is no module absent.inner"),
        (["--app", "a:b", "--handler", "c.d"], "not allowed with argument"),
    ],
)
def test_bad_usage(here: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], text: str) -> None:
    (here / "event.json").write_text("{}", encoding="utf-8")
    (here / "text.json").write_text("{", encoding="utf-8")
    (here / "list.json").write_text("[]", encoding="utf-8")
    (here / "binary.json").write_bytes(b"\xff\xfe")
    assert text in refused(capsys, *arguments)
    assert not list(here.glob("records*"))


def test_help_teaches(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(["--help"])
    assert exit_.value.code == 0
    text = capsys.readouterr().out
    for part in (
        "A local Lambda",
        "examples:",
        "--app shop.main:app",
        "exit codes:",
        "FILE.part",
        "suffix .log",
    ):
        assert part in text


def test_quick_yields_to_counts(lab: Lab) -> None:
    handler = """
        def handler(event, context):
            return {"statusCode": 200}
    """
    run = lab("--quick", "--environments", 1, handler=handler)
    assert (run.lab["environments"], run.lab["invocations"]) == (1, 6)


def test_event_file_with_an_equals_sign(lab: Lab, here: Path) -> None:
    (here / "a=1.json").write_text(json.dumps({"rawPath": "/a"}), encoding="utf-8")
    run = lab(
        *("--event", "a=1.json", "--environments", 1, "--invocations", 1),
        handler="""
            import json
            def handler(event, context):
                print(json.dumps({"record": "seen", "event": event}))
                return {"statusCode": 200}
        """,
    )
    assert run.records("seen")[0]["event"] == {"rawPath": "/a"}
