import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent

OFFLINE = """
import sys

def refuse(event, arguments):
    if event in {"socket.connect", "socket.bind", "socket.sendto", "socket.getaddrinfo", "subprocess.Popen"}:
        raise RuntimeError(f"the import did {event}")

sys.addaudithook(refuse)
"""


def run(code: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=PROJECT,
        env={"PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("module", ["service.app", "service.handler"])
def test_import_loads_nothing(module: str) -> None:
    libraries = ["boto3", "botocore", "numpy", "openpyxl", "py3langid"]
    code = f"import {module}; print([name for name in {libraries} if name in sys.modules])"

    process = run(OFFLINE + code)

    assert (process.stderr, process.stdout) == ("", "[]\n")
