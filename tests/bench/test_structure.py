"""`python -m bench.structure`."""

import json
from pathlib import Path

import pytest

from bench.structure import main
from tests.bench.projects import RUNNABLE, written


def long(lines: int, start: str = "") -> str:
    return start + "VALUE = 1\n" * (lines - start.count("\n"))


FILES = {
    "adapter/__init__.py": '"""Nothing."""\n',
    "adapter/facts.py": long(60),
    "adapter/state.py": long(20),
    "telemetry/__init__.py": '"""Nothing."""\n',
    "telemetry/sink.py": long(80, "import adapter.facts, telemetry.lab.state\n"),
    "telemetry/lab/__init__.py": '"""Nothing."""\n',
    "telemetry/lab/__main__.py": long(40, "from adapter import facts, state\n"),
    "telemetry/lab/state.py": long(50),
}


def test_files_are_counted_by_room(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--tree", str(written(tmp_path, FILES)), "--files", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["rooms"]["telemetry"] == {
        "files": 5,
        "lines": 172,
        "median_lines": 50,
        "one_importer": 1,
        "share_with_one_importer": 0.5,
        "small_with_one_importer": 0,
        "largest_folder": ["telemetry/lab", 3],
    }
    assert found["rooms"]["telemetry without report, lab"]["files"] == 2
    assert found["rooms"]["all"]["files"] == 8
    assert found["small_with_one_importer"] == [
        {"file": "adapter/state.py", "lines": 20, "importer": "telemetry/lab/__main__.py"}
    ]
    assert found["without_importer"] == ["telemetry/sink.py"]
    assert found["basenames"] == {"state.py": ["adapter/state.py", "telemetry/lab/state.py"]}


def test_path_can_be_followed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--tree", str(written(tmp_path, RUNNABLE)), "--path", "request"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[:5] == [
        "one warm request, adapter alone: 3 stays in 2 files, 5 calls, depth 3",
        "   1 adapter/adapter.py: LifespanAdapter.__call__",
        "   2   adapter/loop.py: run",
        "     -- here the app is called --",
        "   3     adapter/adapter.py: LifespanAdapter.send x2, LifespanAdapter.response",
    ]


@pytest.mark.slow
def test_this_project_is_counted_and_runs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    said = capsys.readouterr().out
    for row in ("all", "with telemetry, on FastAPI, inside Lambda", "one startup, with telemetry"):
        assert any(line.startswith(row) for line in said.splitlines())


def test_other_folder_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--tree", str(tmp_path)]) == 2
    assert "no checkout of the template" in capsys.readouterr().err


def test_project_that_fails_can_still_be_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = written(tmp_path, {**RUNNABLE, "adapter/loop.py": "raise ValueError\n"})
    assert main(["--tree", str(broken)]) == 1
    assert "--files" in capsys.readouterr().err
    assert main(["--tree", str(broken), "--files"]) == 0
