"""A warm invocation through each stack: microseconds, and how they compare with stock Mangum's."""

import random
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from bench.function import Block, Function, functions
from bench.spread import ratios, spread
from bench.stacks import BOOK, STACKS, STOCK
from telemetry import schema

BLOCK_US: Final = 30_000
STEP: Final = 20
"""Blocks are multiples of it: spans leave after so many invocations."""
LARGEST: Final = 400


def measure(
    app: str, stacks: Sequence[str], rounds: int, variables: Mapping[str, str], seed: int = 7
) -> list[dict[str, Any]]:
    """One row a stack. Each has a process of its own; in each round all take a turn, in any order."""
    order = random.Random(seed)  # noqa: S311 - no secret
    blocks: dict[str, list[Block]] = {stack: [] for stack in stacks}
    with daemon() as address, functions(tuple(stacks), app, {**variables, **address}) as running:
        sizes = {stack: _size(function) for stack, function in running.items()}
        for _ in range(rounds):
            for stack in order.sample(list(stacks), len(stacks)):
                blocks[stack].append(running[stack].run(sizes[stack]))
        return [_row(app, stack, blocks, running) for stack in stacks]


@contextmanager
def daemon() -> Iterator[dict[str, str]]:
    """Somebody who listens where the X-Ray daemon would, and reads nothing: what is too much is dropped."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        host, port = listening.getsockname()
        yield {"AWS_XRAY_DAEMON_ADDRESS": f"{host}:{port}"}


def _size(function: Function) -> int:
    """Warm a process up, and tell how many invocations make a block."""
    taken = min(function.run(1).wall for _ in range(3))
    if taken < BLOCK_US / STEP:
        taken = min(function.run(STEP).wall for _ in range(3))
    return min(LARGEST, int(BLOCK_US / taken / STEP) * STEP) or 1


def _row(
    app: str, stack: str, blocks: Mapping[str, Sequence[Block]], running: Mapping[str, Function]
) -> dict[str, Any]:
    wall = [block.wall for block in blocks[stack]]
    cpu = [block.cpu for block in blocks[stack]]
    row: dict[str, Any] = {
        "app": app,
        "stack": stack,
        "label": STACKS[stack].label,
        "us": spread(wall)._asdict(),
        "cpu_us": spread(cpu)._asdict(),
        "resident_kib": running[stack].resident_kib(),
        **_written(running[stack]),
    }
    for name, other in (("stock", STOCK), ("book", BOOK)):
        if other in blocks:
            row[f"of_{name}"] = ratios(wall, [block.wall for block in blocks[other]])._asdict()
            row[f"cpu_of_{name}"] = ratios(cpu, [block.cpu for block in blocks[other]])._asdict()
    return row


def _written(function: Function) -> dict[str, Any]:
    lines = bytes(function.written).splitlines(keepends=True)
    kind, warm = f'"{schema.RECORD}":"{schema.INVOCATION}"'.encode(), f'"{schema.START}":"warm"'.encode()
    records = [len(line) - 1 for line in lines if kind in line and warm in line]
    return {
        "bytes_per_invocation": round(sum(map(len, lines)) / function.invocations, 1),
        "record_bytes": max(records) if records else None,
    }
