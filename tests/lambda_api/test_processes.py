"""What the double starts ends with it, in whatever way; and nobody else reaches it."""

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.lambda_api.conftest import QUICK
from tests.lambda_api.functions import Account, until
from tests.lambda_api.loopback import address, started

TOO = pytest.mark.slow
"""The way that needs the most care is fast; the others are tried, too."""


def marked(text: str) -> list[int]:
    """Processes that have this in their environment."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdecimal() and text.encode() in (folder / "environ").read_bytes():
                found.append(int(folder.name))
        except OSError:
            continue
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize(
    "way", ["killed", pytest.param("stdin", marks=TOO), pytest.param("terminated", marks=TOO)]
)
def test_nothing_is_left(way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    process = started(QUICK)
    account = Account(address(process))
    account.create("left")
    account.invoke("left")
    assert marked(f"LAB_RUN={tmp_path}")
    match way:
        case "stdin":
            process.communicate(timeout=60)
        case "terminated":
            process.terminate()
        case _:
            process.kill()
    process.wait(60)
    until(lambda: not marked(f"LAB_RUN={tmp_path}"))
    until(lambda: not list(tmp_path.iterdir()))
    _close(process)


def test_only_this_machine_reaches_it(endpoint: str) -> None:
    port = int(endpoint.rpartition(":")[2])
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) == 0
    with socket.socket() as other:  # nobody else has the port on another address
        other.bind(("127.0.0.2", port))


def _close(process: "subprocess.Popen[str]") -> None:
    for stream in (process.stdin, process.stdout):
        assert stream is not None
        stream.close()
    assert process.returncode in {0, -signal.SIGKILL}
