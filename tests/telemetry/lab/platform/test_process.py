import json
from pathlib import Path

from tests.telemetry.lab.conftest import Lab


def test_output_passes_unchanged(lab: Lab, here: Path) -> None:
    run = lab(
        *("--environments", 1, "--invocations", 1),
        handler=r"""
            import os, sys
            def handler(event, context):
                sys.stdout.write('{"half": ')
                sys.stderr.write("to the log\n")
                sys.stdout.write('"line \\u00fc ü"}\n')
                os.write(1, b'"\xff not UTF-8"\n' + b'"' + b"x" * 300_000 + b'"\n"no newline at the end"')
                return {"statusCode": 200}
        """,
    )
    lines = run.out.read_bytes().splitlines()[1:]
    assert lines[0] == '{"half": "line \\u00fc ü"}'.encode()
    assert lines[1] == b'"\xff not UTF-8"'
    assert len(lines[2]) == 300_002
    assert b'"no newline at the end"' in lines[3:5]
    assert [json.loads(line) for line in lines[3:] if b"platform.report" in line]
    assert "to the log" in (here / "records.log").read_text(encoding="utf-8")


def test_death_in_init(lab: Lab) -> None:
    run = lab("--environments", 1, "--invocations", 3, handler="import os; os._exit(3)")
    assert run.code == 1
    assert "Runtime.ExitError: the process ended: exit status 3" in run.stderr
    assert run.lab["complete"] is False
