"""What a team's own imports cost: `python -m telemetry.lab.imports --app module:attribute`.

Those of the app and of its startup, by package, with the bytecode that an artifact should hold and without.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Container, Mapping, Sequence
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Final, NamedTuple

from telemetry.lab.imports.child import ENDED_BY
from telemetry.lab.imports.times import STDLIB, Package, by_package, parsed
from telemetry.lab.platform.variables import clean_environ, from_arguments
from telemetry.lab.run.settings import UsageError

RUNS: Final = 3
"""Of which the fastest counts: whatever disturbs an import makes it slower."""
SHOWN: Final = 10
LONGEST_S: Final = 60.0


class Measured(NamedTuple):
    """One run."""

    packages: Mapping[str, Package]
    error: str
    """Type of the exception that ended it early, or nothing."""
    missing: str = ""
    """What the app cannot be imported without, in words."""


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table; 2 when the command line is wrong, or leads to no app."""
    given = _parser().parse_args(argv)
    try:
        sys.stdout.write(_told(given.app, {**clean_environ(given.app_dir), **from_arguments(given.env)}))
    except UsageError as error:
        sys.stderr.write(f"imports: {error}\n")
        return 2
    return 0


def _told(app: str, environ: Mapping[str, str]) -> str:
    first = measure(app, environ)  # whatever is not compiled yet is compiled now
    if first.missing:
        raise UsageError(first.missing)
    compiled = fastest([measure(app, environ).packages for _ in range(RUNS)])
    with tempfile.TemporaryDirectory() as nowhere:
        bare = {**environ, "PYTHONPYCACHEPREFIX": nowhere, "PYTHONDONTWRITEBYTECODE": "1"}
        source = fastest([measure(app, bare).packages for _ in range(RUNS)])
    text = table(app, compiled, source, in_artifact())
    if first.error:
        text += f"The startup did not end: {first.error}. What would come after that is not here.\n"
    return text


def measure(app: str, environ: Mapping[str, str]) -> Measured:
    """Import an app and start it, in a process of its own; what a startup that hangs has imported counts."""
    command = (sys.executable, "-X", "importtime", "-m", "telemetry.lab.imports.child", app)
    try:
        done = subprocess.run(
            command, env=environ, check=False, capture_output=True, text=True, timeout=LONGEST_S
        )
    except subprocess.TimeoutExpired as expired:
        return Measured(by_package(parsed((expired.stderr or b"").decode(errors="replace"))), "TimeoutError")
    errors = [line.removeprefix(ENDED_BY) for line in done.stdout.splitlines() if line.startswith(ENDED_BY)]
    name, _, text = "".join(errors).partition(": ")
    missing = f"--app {app} cannot be imported: {text}" if name == "ModuleNotFoundError" else text
    return Measured(by_package(parsed(done.stderr)), name, missing)


def fastest(runs: Sequence[Mapping[str, Package]]) -> dict[str, Package]:
    """The least that each package took."""
    names = {name for run in runs for name in run}
    found = {name: [run[name] for run in runs if name in run] for name in names}
    return {name: min(packages, key=lambda package: package.ms) for name, packages in found.items()}


def table(
    app: str, compiled: Mapping[str, Package], source: Mapping[str, Package], shipped: Container[str]
) -> str:
    """The most expensive packages, and what bytecode saves of those that Lambda has not compiled."""
    lines = [
        f"Imports of {app} and of its startup, on this machine:",
        f"  {'ms':>8} {'no bytecode':>12} {'modules':>8}  package",
    ]
    dearest = sorted(compiled.values(), key=lambda package: package.ms, reverse=True)
    for package in dearest[:SHOWN]:
        bare = f"{source[package.name].ms:.1f}" if package.name in source and package.name != STDLIB else "-"
        by = f", by {package.importer}" if package.importer else ""
        mark = "" if package.name == STDLIB or package.name in shipped else " *"
        row = f"  {package.ms:8.1f} {bare:>12} {package.modules:8d}  {package.name}{mark}{by}"
        lines.append(row)
    ours = [name for name in compiled if name in source and name in shipped]
    taken, without = (sum(found[name].ms for name in ours) for found in (compiled, source))
    whole = sum(package.ms for package in compiled.values())
    lines += [
        "  * not in requirements.txt: part of Lambda's runtime, or of this environment only",
        f"In all {whole:.0f} ms, of {len(compiled)} packages. Without bytecode in the artifact a cold start",
        f"would take {max(0.0, without - taken):.0f} ms more, rows with * left out.",
    ]
    return "\n".join(lines) + "\n"


def in_artifact(requirements: Path = Path("requirements.txt")) -> set[str]:
    """Names under which is imported what is shipped; the team's own folders are among them."""
    try:
        lines = requirements.read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    pinned = {canonical(line.partition("=")[0]) for line in lines if line and not line[0].isspace()}
    names = {
        name
        for name, distributions in packages_distributions().items()
        if not pinned.isdisjoint(map(canonical, distributions))
    }
    return names | {path.name for path in Path.cwd().iterdir() if path.is_dir()}


def canonical(name: str) -> str:
    """A distribution's name as requirements have it."""
    return name.strip().lower().replace("_", "-").replace(".", "-")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m telemetry.lab.imports", description=__doc__)
    parser.add_argument("--app", default="service.app:app", help="ASGI app (%(default)s)")
    parser.add_argument("--app-dir", type=Path, action="append", default=[], help="folder to import it from")
    parser.add_argument(
        "--env", nargs="+", action="extend", default=[], metavar="NAME=VALUE", help="for the app"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
