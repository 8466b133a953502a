"""What the imports of an app cost: `python -m telemetry.lab.imports --app module:attribute`.

Those of the app and of its startup, by package, with the bytecode that an artifact should hold and without.
"""

import argparse
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from telemetry.lab.imports.measurement import fastest, measure
from telemetry.lab.imports.table import shipped_packages, show
from telemetry.lab.platform.variables import clean_environ
from telemetry.lab.terminal import output_console, print_lines
from telemetry.lab.usage import UsageError, parse_variables

RUNS: Final = 3
"""The fastest counts: whatever disturbs an import makes it slower."""
DESCRIPTION: Final = (
    "Show what an app's imports cost, those of its lifespan's startup included: by package, with the "
    "bytecode that an artifact should hold and without. The app is imported and started in new processes."
)


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table; return 2 when the command line is wrong, or names no app."""
    given = _parser().parse_args(argv)
    try:
        _compare(given.app, {**clean_environ(given.app_dir), **parse_variables(given.env)})
    except UsageError as error:
        sys.stderr.write(f"imports: {error}\n")
        return 2
    return 0


def _compare(app: str, environ: Mapping[str, str]) -> None:
    first = measure(app, environ)  # compiles whatever is not compiled yet
    if first.missing:
        raise UsageError(first.missing)
    compiled = fastest([measure(app, environ).packages for _ in range(RUNS)])
    with tempfile.TemporaryDirectory() as nowhere:
        without_bytecode = {**environ, "PYTHONPYCACHEPREFIX": nowhere, "PYTHONDONTWRITEBYTECODE": "1"}
        source = fastest([measure(app, without_bytecode).packages for _ in range(RUNS)])
    console = output_console()
    show(app, compiled, source, shipped_packages(), console)
    if first.error:
        print_lines(
            console, [f"The startup did not finish: {first.error}. Its later imports are missing here."]
        )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m telemetry.lab.imports", description=DESCRIPTION)
    parser.add_argument(
        "--app", default="service.app:app", metavar="MODULE:ATTR", help="an ASGI app (default: %(default)s)"
    )
    parser.add_argument(
        "--app-dir",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="a folder to import from, before the current one; may be given several times",
    )
    parser.add_argument(
        "--env",
        nargs="+",
        action="extend",
        default=[],
        metavar="NAME=VALUE",
        help="environment variables of the app; it inherits none of yours",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
