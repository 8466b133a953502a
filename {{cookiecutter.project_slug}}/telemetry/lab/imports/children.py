"""Runs the processes that import an app, and reads what they say."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple

from telemetry.lab.imports.importers import Place
from telemetry.lab.imports.measurement import LONGEST_S, Measurement, measurement_of
from telemetry.lab.imports.moved_code import plan_path
from telemetry.lab.imports.planned_code import PLAN_VARIABLE
from telemetry.lab.platform.command import Ran, run_alone, run_up_to
from telemetry.lab.platform.function import FunctionConfiguration
from telemetry.lab.platform.preflight import missing_variable_advice
from telemetry.lab.platform.variables import module_command
from telemetry.lab.usage import UsageError

ROOM: Final = "telemetry.lab.imports"


class OwnImport(NamedTuple):
    """How one of the app's own files imports a package."""

    file: str
    lines: tuple[int, ...]
    names: tuple[str, ...]
    obstacle: str
    """Why it cannot be moved into functions; nothing if it can."""
    unused: bool
    """Nothing in the file uses what it binds."""


@dataclass(frozen=True, slots=True)
class Survey:
    """What is imported up to the end of the app's startup, by top-level names."""

    stdlib: frozenset[str]
    distributions: Mapping[str, Sequence[str]]
    native: frozenset[str]
    """Packages with compiled parts."""
    own: frozenset[str]
    """Packages of the app's own code."""
    loaded: frozenset[str]
    importers: Mapping[str, tuple[Place, ...]]
    """By imported package: the first one first."""
    own_imports: Mapping[str, tuple[OwnImport, ...]]
    advice: tuple[str, ...] = ()
    """What to do about a startup that does not finish for want of environment variables, in lines."""

    def movable(self, package: str) -> bool:
        """Whether all imports of a package in the app's own files can be moved, and there are some."""
        imports = self.own_imports.get(package, ())
        foreign = package not in self.own and package not in self.stdlib
        return foreign and bool(imports) and not any(each.obstacle for each in imports)

    def installed_by(self, distributions: Iterable[str]) -> set[str]:
        """Return the packages that some distributions have installed, which pip knows by other names."""
        wanted = set(map(_normalized, distributions))
        return {
            package
            for package, by in self.distributions.items()
            if not wanted.isdisjoint(map(_normalized, by))
        }


@dataclass(frozen=True, slots=True)
class Target:
    """The app, and where its processes run."""

    function: FunctionConfiguration
    environ: Mapping[str, str]
    folder: Path
    """A temporary one, of this run."""

    @property
    def app(self) -> str:
        """`module:attribute`."""
        return self.function.target

    @property
    def folders(self) -> tuple[Path, ...]:
        """Where the app's own files are."""
        return (*self.function.import_path, self.function.folder)

    def with_variables(self, **variables: str) -> "Target":
        """Return the same with further environment variables."""
        return replace(self, environ={**self.environ, **variables})

    def with_plan(self, package: str) -> "Target":
        """Return the same with a package's imports moved, after `write_plans`."""
        return self.with_variables(**{PLAN_VARIABLE: str(plan_path(self.folder, package))})


async def measure(target: Target, stdlib: frozenset[str]) -> Measurement:
    """Import an app and start it, in a process of its own; a startup that hangs is measured up to there."""
    command = module_command(target.function, f"{ROOM}.child", target.app, options=("-X", "importtime"))
    ran = await run_up_to(command, target.environ, LONGEST_S, target.environ["LAMBDA_TASK_ROOT"])
    found = measurement_of(ran.stderr, ran.stdout, stdlib)
    return found._replace(error="TimeoutError") if ran.status is None else found


async def without_bytecode(target: Target, stdlib: frozenset[str]) -> Measurement:
    """Measure as `measure` does, where no bytecode is found, and none is written."""
    with TemporaryDirectory(dir=target.folder) as nowhere:
        variables = {"PYTHONPYCACHEPREFIX": nowhere, "PYTHONDONTWRITEBYTECODE": "1"}
        return await measure(target.with_variables(**variables), stdlib)


async def survey(target: Target) -> Survey:
    """Ask who imports what.

    Raises:
        UsageError: There is no such app, or the process did not answer.
    """
    out = target.folder / "survey.json"
    out.unlink(missing_ok=True)
    ran = await _run(target, "survey", target.app, str(out), *map(str, target.folders))
    if not out.is_file():
        raise UsageError(f"the app's process ended before it could be surveyed: {_last_line(ran)}")
    told = json.loads(out.read_text(encoding="utf-8"))
    if told["missing"]:
        raise UsageError(told["missing"])
    advice = (
        await missing_variable_advice(target.function, target.environ, ran.stderr) if told["error"] else []
    )
    return replace(_survey(told), advice=tuple(advice))


async def write_plans(target: Target, packages: Mapping[str, Sequence[str]]) -> None:
    """Compile the app's files with the imports of each package moved, for `Target.with_plan`.

    Args:
        target: The app.
        packages: By package, the files that import it.

    Raises:
        UsageError: They cannot be compiled.
    """
    files = {name: list(paths) for name, paths in packages.items()}
    ran = await _run(target, "moved_code", json.dumps({"files": files, "folder": str(target.folder)}))
    if ran.status:
        raise UsageError(f"the imports cannot be moved: {_last_line(ran)}")


async def _run(target: Target, module: str, *arguments: str) -> Ran:
    command = module_command(target.function, f"{ROOM}.{module}", *arguments)
    try:
        return await run_alone(command, target.environ, LONGEST_S, target.environ["LAMBDA_TASK_ROOT"])
    except TimeoutError as error:
        raise UsageError(f"importing the app took more than {LONGEST_S:.0f} s") from error


def _survey(told: Mapping[str, Any]) -> Survey:
    importers, own_imports = told["importers"], told["own_imports"]
    return Survey(
        stdlib=frozenset(told["stdlib"]),
        distributions=told["distributions"],
        native=frozenset(told["native"]),
        own=frozenset(told["own"]),
        loaded=frozenset(told["loaded"]),
        importers={name: tuple(Place(**place) for place in places) for name, places in importers.items()},
        own_imports={name: tuple(map(_own_import, each)) for name, each in own_imports.items()},
    )


def _own_import(told: Mapping[str, Any]) -> OwnImport:
    lines, names = tuple(told["lines"]), tuple(told["names"])
    return OwnImport(told["file"], lines, names, told["obstacle"], told["unused"])


def _last_line(ran: Ran) -> str:
    return next(reversed(ran.stderr.strip().splitlines()), f"exit status {ran.status}")


def _normalized(name: str) -> str:
    """Return the name of a distribution in the one form that stands for all."""
    return re.sub(r"[-_.]+", "-", name).lower()
