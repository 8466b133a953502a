"""A process under measurement: `bench.child`, with Lambda's variables, in the environment of benchmarks."""

import contextlib
import fcntl
import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from bench.stacks import STACKS
from telemetry.lab.platform.function import REGION
from telemetry.lab.platform.variables import DERIVED

ROOT: Final = Path(__file__).parents[1]
PYTHON: Final = ROOT / ".venv-bench" / "bin" / "python"
EVENT: Final = ROOT / "{{cookiecutter.project_slug}}" / "events" / "read-ticket.json"
LARGEST_PIPE: Final = 1 << 20
"""Bytes. What a block writes must find room, since nobody reads while it is measured."""


class Block(NamedTuple):
    """Means of one invocation, in microseconds."""

    wall: float
    cpu: float


def environ(stack: str, **more: str) -> dict[str, str]:
    """What a process of that stack sees: nothing of ours but the path."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", "/"),
        "PYTHONPATH": str(ROOT),
        "PYTHONHASHSEED": "0",
        "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "bench",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
        "AWS_LAMBDA_FUNCTION_NAME": "bench",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        **DERIVED,
        "AWS_LAMBDA_LOG_STREAM_NAME": "2026/01/01/[$LATEST]0123456789abcdef0123456789abcdef",
        "POWERTOOLS_SERVICE_NAME": "tickets",
        "POWERTOOLS_METRICS_NAMESPACE": "Tickets",
        "OTEL_SERVICE_NAME": "tickets",
        **STACKS[stack].environ,
        **more,
    }


class Function:
    """One such process, of the checkout at `root`. What it writes is kept as lines."""

    def __init__(self, stack: str, app: str, variables: Mapping[str, str], root: Path = ROOT) -> None:
        commands, self._commands = os.pipe()
        answers, told = os.pipe()
        self._out, out = os.pipe()
        fcntl.fcntl(out, fcntl.F_SETPIPE_SZ, LARGEST_PIPE)
        os.set_blocking(self._out, False)
        arguments = (stack, app, str(EVENT), str(commands), str(told))
        self._process = subprocess.Popen(
            [str(PYTHON), "-m", "bench.child", *arguments],
            cwd=root,
            env=environ(stack, **variables, PYTHONPATH=str(root)),
            pass_fds=(commands, told),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        for inherited in (commands, told, out):
            os.close(inherited)
        self._answers = os.fdopen(answers)
        self.written = bytearray()
        self.invocations = 1

    def run(self, invocations: int) -> Block:
        """Have it serve a block; raises `RuntimeError` when it has ended instead."""
        os.write(self._commands, b"%d\n" % invocations)
        answer = self._answers.readline()
        self._drain()
        if not answer:
            raise RuntimeError(f"the process ended: {self._process.wait()}")
        self.invocations += invocations
        wall, cpu = (int(part) / invocations / 1000 for part in answer.split())
        return Block(wall, cpu)

    def resident_kib(self) -> int:
        """Resident memory now."""
        status = Path(f"/proc/{self._process.pid}/status").read_text(encoding="ascii")
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:"))

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()
        self._answers.close()
        os.close(self._commands)
        os.close(self._out)

    def _drain(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while chunk := os.read(self._out, LARGEST_PIPE):
                self.written += chunk


@contextlib.contextmanager
def functions(
    stacks: tuple[str, ...], app: str, variables: Mapping[str, str]
) -> Iterator[dict[str, Function]]:
    """One process for each stack; all of them are ended at the end."""
    with contextlib.ExitStack() as ending:
        made = {}
        for stack in stacks:
            made[stack] = Function(stack, app, variables)
            ending.callback(made[stack].close)
        yield made
