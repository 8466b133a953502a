"""`python -m bench`: how much measuring costs, beside everything that it could be compared with.

Writes what it finds as JSON, every table into the evidence page, and the budgets into the page that a project
has; `--help` tells the rest. It needs the environment `.venv-bench`, which `make bench` installs.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from bench import added, cold, instructions, warm
from bench.apps import APPS
from bench.budgets import budgets
from bench.function import PYTHON, ROOT
from bench.machine import machine
from bench.stacks import STACKS
from bench.tables import document, summary, written_into
from telemetry.lab.dynamodb import dynamodb_server

TEMPLATE: Final = ROOT / "{{cookiecutter.project_slug}}"
TABLE: Final = TEMPLATE / "events" / "tickets-table.json"
PAGES: Final = {
    ROOT / "bench" / "evidence" / "benchmarks.md": document,
    TEMPLATE / "docs" / "benchmarks.md": summary,
}
LIFELESS: Final = ("bare", "mangum-off")
"""No lifespan runs there, and the sample service does not work without."""
SLOW_ROUNDS: Final = 5
"""Of apps whose stock invocation takes long."""


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, write, and return 1 when a budget is missed."""
    given = _parser().parse_args(argv)
    if not PYTHON.exists():
        sys.stderr.write(f"bench: there is no {PYTHON}: run `make bench`\n")
        return 2
    found = asyncio.run(measured(given.rounds, given.repetitions))
    found["budgets"] = budgets(found)
    given.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    if given.document:
        for page, tables in PAGES.items():
            page.write_text(written_into(page.read_text(encoding="utf-8"), tables(found)), encoding="utf-8")
    sys.stdout.write(document(found))
    return 0 if all(budget["met"] for budget in found["budgets"]) else 1


async def measured(rounds: int, repetitions: int) -> dict[str, Any]:
    """Everything, one after the other; the processes of each part take turns."""
    found: dict[str, Any] = {"machine": machine(), "rounds": rounds, "repetitions": repetitions, "warm": []}
    async with dynamodb_server(TABLE) as table:
        variables = {**table, "TICKETS_TABLE": "tickets"}
        for app in APPS:
            _say(f"warm invocations, {app}")
            turns = rounds if app in {"starlette", "fastapi"} else SLOW_ROUNDS
            stacks = [stack for stack in STACKS if app != "sample" or stack not in LIFELESS]
            found["warm"] += await asyncio.to_thread(warm.measure, app, stacks, turns, variables)
    _say("INIT")
    found["added"] = await asyncio.to_thread(added.measure, repetitions)
    _say("instructions")
    found["instructions"] = await asyncio.to_thread(instructions.measure, "starlette")
    _say("cold starts")
    found["cold"] = await asyncio.to_thread(cold.measure, ("starlette", "fastapi"), repetitions)
    return found


def _say(what: str) -> None:
    sys.stderr.write(f"bench: {what} ...\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=40, help="blocks of warm invocations (%(default)s)")
    parser.add_argument("--repetitions", type=int, default=9, help="fresh processes (%(default)s)")
    parser.add_argument("--json", type=Path, default=Path("bench.json"), help="results (%(default)s)")
    parser.add_argument("--document", action="store_true", help="renew the tables in both pages")
    return parser


if __name__ == "__main__":
    sys.exit(main())
