"""The command, in this process or in one of its own."""

import os
import subprocess
import sys

import pytest

from telemetry.report.__main__ import main


def run(*arguments: str, stdin: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
    """Run it in a process of its own, whose output is no terminal."""
    command = [sys.executable, "-m", "telemetry.report", *arguments]
    environment = {
        name: value for name, value in os.environ.items() if name not in {"COLUMNS", "FORCE_COLOR"}
    }
    return subprocess.run(
        command,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=environment | environ,
    )


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run a command that must refuse, and return what it says."""
    try:
        code: int | str | None = main(arguments)
    except SystemExit as stopped:
        code = stopped.code
    assert code == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    return printed.err
