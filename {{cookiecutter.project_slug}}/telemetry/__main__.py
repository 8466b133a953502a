"""`python -m telemetry`: the commands that measure, under one name."""

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Final

from adapter.facts import VERSION

COMMANDS: Final = {
    "lab": (
        "telemetry.lab.__main__",
        "run the function here as Lambda would, or with --stack on Lambda; write its records",
    ),
    "imports": ("telemetry.lab.imports.__main__", "rank what imports cost; measure what later ones save"),
    "report": (
        "telemetry.report.__main__",
        "judge records: where the time goes, what the lifespan saves",
    ),
    "compare": ("telemetry.report.__main__", "compare two runs, of two commits say"),
    "choose": (
        "telemetry.report.choose.__main__",
        "say what to switch on, and what that does to p99, cold starts and the bill",
    ),
    "plan": ("telemetry.report.__main__", "say how many environments and days an experiment takes"),
    "doctor": ("telemetry.report.__main__", "examine a deployment, and say what to do"),
}
"""Module and purpose of each command."""
OF_REPORT: Final = frozenset({"compare", "plan", "doctor"})
USAGE: Final = 2
OURS: Final = ("adapter", "telemetry")
NEEDS_PACKAGES: Final = """\
telemetry: {python} has no {package}. Run it by the Python of a project, whose packages
`make setup` installs: .venv/bin/python -m telemetry ...
"""
HELP: Final = """\
usage: python -m telemetry COMMAND ...

Does keeping the ASGI lifespan help, and by how much? And what should be switched on?

commands
{commands}

first steps
  python -m telemetry lab --placement init every_invocation     # measures here, writes records.jsonl
  python -m telemetry report records.jsonl --html report.html   # says what it means
  python -m telemetry choose --arrivals poisson:3/s --times records.jsonl   # what to switch on then
  python -m telemetry plan --per-second 3 --request-ms 120      # how long an experiment on Lambda would take

`python -m telemetry COMMAND --help` teaches each of them; --version prints the version.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command, of this process's arguments by default, and return its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    name = given[0] if given else "--help"
    if name in {"-h", "--help"}:
        sys.stdout.write(
            HELP.format(commands="\n".join(f"  {one:<9}{why}" for one, (_, why) in COMMANDS.items()))
        )
        return 0 if given else USAGE
    if name == "--version":
        sys.stdout.write(f"{VERSION}\n")
        return 0
    if name not in COMMANDS:
        sys.stderr.write(f"telemetry: there is no command {name!r}; there are {', '.join(COMMANDS)}.\n")
        return USAGE
    try:
        command = import_module(COMMANDS[name][0])
    except ModuleNotFoundError as error:
        if not error.name or error.name.startswith(OURS):
            raise
        sys.stderr.write(NEEDS_PACKAGES.format(python=sys.executable, package=error.name))
        return USAGE
    code: int = command.main(given if name in OF_REPORT else given[1:])
    return code


if __name__ == "__main__":
    sys.exit(main())
