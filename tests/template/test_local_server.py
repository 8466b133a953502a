"""`make serve` of the generated project, as far as its start."""

import socket
import subprocess
import sys
from pathlib import Path


def test_busy_port_is_said_at_once(baked: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-B", "-m", "tests.local_server", "--port", str(port)],
            cwd=baked, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert done.returncode == 2
    assert (
        f"port {port}: Address already in use. Choose another one: make serve PORT={port + 1}" in done.stderr
    )
    assert done.stdout == ""
