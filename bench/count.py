"""The process whose instructions are counted: `python -m bench.count APP EVENT FEW MANY STACK...`.

It forks a child for each count, and waits for it: what is imported by then is counted once, not by each.
"""

import gc
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from awslambdaric import bootstrap

from bench.apps import APPS
from bench.child import Context, block
from bench.stacks import STACKS


def main(app: str, event_file: str, few: str, many: str, *stacks: str) -> None:
    """Count each stack twice."""
    event = json.loads(Path(event_file).read_text(encoding="utf-8"))
    APPS[app]()
    for stack in stacks:
        for invocations in (int(few), int(many)):
            _in_child(lambda: serve(stack, app, event, invocations))  # noqa: B023 - it is called at once


def serve(stack: str, app: str, event: Any, invocations: int) -> None:
    """Build a stack and serve so many events."""
    os.environ.update(STACKS[stack].environ)
    bootstrap.init_logging()  # as in `bench.child`
    handler = STACKS[stack].build(APPS[app]())
    gc.disable()  # a collection falls into one count and not into the other
    block(handler, event, [Context(number) for number in range(invocations)])


def _in_child(work: Callable[[], None]) -> None:
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException:  # noqa: BLE001 - told by the exit code
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if status != 0:
        sys.exit("a child failed")


if __name__ == "__main__":
    main(*sys.argv[1:])
