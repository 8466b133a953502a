"""A process that serves one app through one stack, block by block as the parent says.

`python -m bench.child STACK APP EVENT FD FD`: reads numbers of invocations from the first descriptor, and
answers each on the second with the nanoseconds that they took, of wall and of CPU time. Stdout is the
function's own.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from awslambdaric import bootstrap

from bench.apps import APPS
from bench.stacks import STACKS, Handler


class Context:
    """What Lambda gives to a handler."""

    function_name = "bench"
    function_version = "$LATEST"
    memory_limit_in_mb = "1024"
    invoked_function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:bench"

    def __init__(self, number: int) -> None:
        self.aws_request_id = f"8f3c1c6e-4b0a-4a53-9a7f-{number:012x}"

    def get_remaining_time_in_millis(self) -> int:
        """As of a function with the template's timeout."""
        return 30_000


def block(handler: Handler, event: Any, contexts: list[Context]) -> tuple[int, int]:
    """Serve the event so many times; nanoseconds of wall and CPU time."""
    wall, cpu = time.perf_counter_ns(), time.process_time_ns()
    for context in contexts:
        handler(event, context)
    cpu_taken = time.process_time_ns() - cpu
    return time.perf_counter_ns() - wall, cpu_taken


def main(stack: str, app: str, event_file: str, commands: str, answers: str) -> None:
    """Serve until there are no more commands."""
    event = json.loads(Path(event_file).read_text(encoding="utf-8"))
    bootstrap.init_logging()  # the level and the form of logs, and an unbuffered stdout
    handler = STACKS[stack].build(APPS[app]())
    between = getattr(handler, "between", None)
    status = handler(event, Context(0))["statusCode"]
    if status != 200:
        raise RuntimeError(f"{stack} answered {status}")
    served = 1
    with os.fdopen(int(commands)) as asked, os.fdopen(int(answers), "w") as told:
        for line in asked:
            contexts = [Context(served + number) for number in range(int(line))]
            served += len(contexts)
            told.write("{} {}\n".format(*block(handler, event, contexts)))
            told.flush()
            if between is not None:
                between()


if __name__ == "__main__":
    main(*sys.argv[1:])
