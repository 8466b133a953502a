"""`--python`: which ones are refused, and why."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from telemetry.lab.__main__ import main
from telemetry.lab.app.interpreter import Interpreter, find_interpreter, install_command
from tests.telemetry.lab.environments import RUNTIME_CLIENT, STARLETTE, linked, uv_environment


def refused(capsys: pytest.CaptureFixture[str], python: Path | str) -> str:
    assert main(["--python", str(python), "--app", "shop:app"]) == 2
    return capsys.readouterr().err


def script(path: Path, text: str) -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def test_n2_what_is_no_python(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "text").write_text("", encoding="utf-8")
    (here / "folder").mkdir()
    assert "--python absent: there is no such file" in refused(capsys, "absent")
    assert "text: it cannot be executed" in refused(capsys, here / "text")
    assert "folder: there is no bin/python in this folder" in refused(capsys, here / "folder")
    for answer in ("echo hello", "echo 7", "echo '{}'", "exit 3"):
        assert "it did not answer as a Python does" in refused(capsys, script(here / "other", answer))


def test_n2_slow_python_is_no_stranger(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("telemetry.lab.app.interpreter.ANSWERS_WITHIN", 1.0)
    slow = script(here / "slow", "exec sleep 60")
    assert "it did not answer within 1 s; is this machine busy?" in refused(capsys, slow)


def test_n2_old_python(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = json.dumps({"version": [3, 9, 18], "executable": "python", "packages": {}})
    assert "it is Python 3.9.18, but the adapter needs 3.11 or newer" in refused(
        capsys, script(here / "python3.9", f"echo '{told}'")
    )


def test_n2_cannot_be_combined_with_an_artifact(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--python", "python", "--artifact", "."]) == 2
    assert "--python cannot be combined with --artifact" in capsys.readouterr().err


def test_n2_environment_without_the_runtime_client(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    python = linked(here / "own", *STARLETTE)
    said = refused(capsys, python)
    assert "awslambdaric is not installed there" in said
    assert f"uv pip install --python {python} --constraint - awslambdaric" in said


def test_n2_environment_by_its_folder(here: Path) -> None:
    python = linked(here / ".venv", *RUNTIME_CLIENT)
    for name in (python, here / ".venv", here):
        found = find_interpreter(str(name))
        assert found.executable == str(python)
        assert "awslambdaric" in found.packages
        assert "mangum" not in found.packages


def test_n2_packages_beside_the_app_count(here: Path) -> None:
    metadata = here / "mangum-0.99.dist-info" / "METADATA"
    metadata.parent.mkdir()
    metadata.write_text("Metadata-Version: 2.1\nName: Mangum\nVersion: 0.99\n", encoding="utf-8")
    python = linked(here / "own", *RUNTIME_CLIENT)
    assert find_interpreter(str(python), [here]).packages["mangum"] == "0.99"


@pytest.mark.slow
@pytest.mark.parametrize("pip", [(), ("pip",)])
def test_n2_installing_the_runtime_client_changes_nothing_else(here: Path, pip: tuple[str, ...]) -> None:
    python = uv_environment(here / "own", "3.12", "simplejson==3.20.1", *pip)
    packages = {"pip": "1"} if pip else {}
    command = install_command(Interpreter(str(python), (3, 12, 0), packages))
    uv = Path(sys.executable).parent
    environ = {**os.environ, "PATH": f"{uv}:/usr/bin:/bin"}
    subprocess.run(command, shell=True, check=True, env=environ, capture_output=True)  # noqa: S602 # as told
    found = find_interpreter(str(python))
    assert found.packages["simplejson"] == "3.20.1"
    assert "awslambdaric" in found.packages
