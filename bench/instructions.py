"""Instructions of a warm invocation, as valgrind counts them: the same again on a busy machine."""

import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from bench.function import EVENT, PYTHON, environ
from bench.stacks import BOOK, RECORDED, STACKS, STOCK, UDP

BARE: Final = "bare"
COMPARED: Final = (BARE, "mangum-off", STOCK, "adapter", "ours-no-spans", RECORDED, UDP, BOOK)
FEW: Final = 40
MANY: Final = 140
"""Invocations of two processes; what they differ by is invocations only. A batch of spans leaves after 20."""


def measure(app: str, stacks: Sequence[str] = COMPARED, python: Path = PYTHON) -> list[dict[str, Any]]:
    """One row a stack; none where there is no valgrind."""
    if shutil.which("valgrind") is None:
        return []
    counts = _counts(app, stacks, python)
    rows = []
    for stack, few, many in zip(stacks, counts[::2], counts[1::2], strict=False):
        row = {"app": app, "stack": stack, "label": STACKS[stack].label}
        rows.append({**row, "instructions": round((many - few) / (MANY - FEW))})
    return rows


def _counts(app: str, stacks: Sequence[str], python: Path) -> list[int]:
    """Of each child, in order, and of their parent at last; raises `RuntimeError` when one fails."""
    command = ("valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null")
    arguments = (str(python), "-m", "bench.count", app, str(EVENT), str(FEW), str(MANY), *stacks)
    done = subprocess.run(
        (*command, *arguments),
        env=environ(BARE, AWS_XRAY_DAEMON_ADDRESS="127.0.0.1:9"),
        check=False,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    found = re.findall(r"I\s+refs:\s+([\d,]+)", done.stderr)
    if done.returncode or len(found) != 2 * len(stacks) + 1:
        raise RuntimeError(done.stderr[-2000:])
    return [int(count.replace(",", "")) for count in found]
