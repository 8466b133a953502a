"""`python -m bench.against PATH`: this checkout beside another one, in one run, taking turns.

For a change that must cost nothing: check out the version before it somewhere (`git worktree add`), and give
its folder. Both run in this checkout's environment `.venv-bench`, which `make bench` installs.
"""

import argparse
import asyncio
import json
import os
import random
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final, NamedTuple

from rich.console import Console
from rich.table import Table

from bench import added
from bench.artifacts import artifacts
from bench.cold import start
from bench.function import PYTHON, ROOT, Function
from bench.machine import machine
from bench.spread import Spread, ratios, spread
from bench.stacks import UDP
from bench.warm import daemon

APP: Final = "fastapi"
BLOCK: Final = 200
"""Warm invocations that are timed together."""


class Pair(NamedTuple):
    """One figure, measured in both checkouts in turn."""

    what: str
    unit: str
    here: Sequence[float]
    there: Sequence[float]

    @property
    def difference(self) -> Spread:
        """Here less there, turn by turn."""
        return spread([here - there for here, there in zip(self.here, self.there, strict=True)])

    @property
    def ratio(self) -> Spread:
        """Here over there, turn by turn."""
        return ratios(self.here, self.there)


def main(argv: Sequence[str] | None = None) -> int:
    """Measure both and print the table."""
    given = _parser().parse_args(argv)
    if not PYTHON.exists():
        sys.stderr.write(f"bench.against: there is no {PYTHON}: run `make .venv-bench/.installed`\n")
        return 2
    if not (given.other / "bench" / "child.py").is_file():
        sys.stderr.write(f"bench.against: {given.other} is not a checkout of this project\n")
        return 2
    roots = (ROOT, given.other.resolve())
    pairs = [
        *asyncio.run(_init(roots, given.repetitions)),
        *asyncio.run(_cold(roots, given.repetitions)),
        *_warm(roots, given.rounds),
    ]
    _print(pairs)
    return 0


async def _init(roots: Sequence[Path], repetitions: int) -> list[Pair]:
    """Import and construction of adapter and telemetry, on top of the runtime client, Mangum and FastAPI."""
    taken: dict[Path, list[dict[str, float]]] = {root: [] for root in roots}
    order = random.Random(7)  # noqa: S311 - no secret
    for _ in range(repetitions):
        for root in order.sample(list(roots), len(roots)):
            taken[root].append(json.loads(await added.said(UDP, "off", root=root)))
    return [
        Pair(f"import + init, {name}", "ms", *([run[unit] for run in taken[root]] for root in roots))
        for name, unit in (("wall time", "ms"), ("CPU time", "cpu_ms"))
    ]


async def _cold(roots: Sequence[Path], repetitions: int) -> list[Pair]:
    """A process of the runtime client, from its start to its first response."""
    order = random.Random(7)  # noqa: S311 - no secret
    with ExitStack() as stack, Path(os.devnull).open("wb") as nowhere:  # noqa: ASYNC230 - it blocks nobody
        folders = {root: stack.enter_context(artifacts(root))["bytecode"] for root in roots}
        for root in roots:
            await start(UDP, APP, folders[root], nowhere)  # the files are read once before it counts
        taken: dict[Path, list[float]] = {root: [] for root in roots}
        for _ in range(repetitions):
            for root in order.sample(list(roots), len(roots)):
                taken[root].append((await start(UDP, APP, folders[root], nowhere)).response)
    return [Pair("process start to first response", "ms", *(taken[root] for root in roots))]


def _warm(roots: Sequence[Path], rounds: int) -> list[Pair]:
    """One warm invocation, spans sent by UDP."""
    order = random.Random(7)  # noqa: S311 - no secret
    with daemon() as address, ExitStack() as ending:
        running: Mapping[Path, Function] = {root: Function(UDP, APP, address, root) for root in roots}
        for function in running.values():
            ending.callback(function.close)
            function.run(BLOCK)
        taken: dict[Path, list[float]] = {root: [] for root in roots}
        for _ in range(rounds):
            for root in order.sample(list(roots), len(roots)):
                taken[root].append(running[root].run(BLOCK).wall)
    return [Pair("warm request", "µs", *(taken[root] for root in roots))]


def _print(pairs: Sequence[Pair]) -> None:
    console = Console()
    table = Table(title=r"medians \[quartiles], turn by turn")
    for column in ("what", "here", "there", "here - there", "here / there"):
        table.add_column(column)
    for pair in pairs:
        cells = [_cell(one) for one in (spread(pair.here), spread(pair.there), pair.difference)]
        table.add_row(f"{pair.what}, {pair.unit}", *cells, _cell(pair.ratio))
    console.print(table)
    console.print(f"{APP}, spans by UDP; {json.dumps(machine())}", soft_wrap=True)


def _cell(one: Spread) -> str:
    return f"{one.median:.2f} [{one.low:.2f}, {one.high:.2f}]"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.against", description=__doc__.partition("\n")[0])
    parser.add_argument("other", type=Path, metavar="PATH", help="the other checkout")
    parser.add_argument("--rounds", type=int, default=60, help="blocks of warm invocations (%(default)s)")
    parser.add_argument("--repetitions", type=int, default=25, help="fresh processes (%(default)s)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
