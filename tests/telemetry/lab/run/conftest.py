"""A lab in a process of its own, which a test can stop."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.telemetry.lab.run.lab_process import HANDLER, ROOT, Start


def hear_sigint() -> None:
    """In the child. A shell has it ignored in what it starts in the background, which these tests may be."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.fixture
def start(here: Path) -> Iterator[Start]:
    with contextlib.ExitStack() as stack:

        def begin(*arguments: str, **options: Any) -> subprocess.Popen[bytes]:
            process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "telemetry.lab",
                    "--no-warm-up",
                    "--handler",
                    "function.handler",
                    *arguments,
                ],
                cwd=here,
                start_new_session=True,
                **{
                    "env": {**os.environ, "PYTHONPATH": str(ROOT)},
                    "stdout": subprocess.PIPE,
                    "stderr": subprocess.STDOUT,
                    "preexec_fn": hear_sigint,
                    **options,
                },
            )
            stack.enter_context(process)
            stack.callback(process.kill)
            return process

        (here / "function.py").write_text(HANDLER, encoding="utf-8")
        yield begin
