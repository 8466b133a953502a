"""The settings of a run, made of the command line; checks what a parser cannot."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from adapter.placement import (
    EXPERIMENT_VARIABLE,
    PLACEMENT_VARIABLE,
    Placement,
    PlacementError,
    parse_weights,
)
from telemetry.lab.app.interpreter import find_interpreter
from telemetry.lab.platform.artifact import check_artifact
from telemetry.lab.platform.cpu_share import (
    CpuMode,
    available_cores,
    cpu_share,
    why_no_shares,
)
from telemetry.lab.platform.function import (
    ANY_APP_HANDLER,
    MEMORY_MB,
    SNAP_START,
    FunctionConfiguration,
    InitType,
    proactive_gap_ms,
)
from telemetry.lab.platform.variables import SET_BY_LAB
from telemetry.lab.run.invocation_counts import Invocations
from telemetry.lab.run.load.arrivals import Load
from telemetry.lab.run.load.options import load_from
from telemetry.lab.run.precision import COMPARED, FEWEST, MOST, Precision
from telemetry.lab.snapshot.launcher import KNOWN_VARIABLE, REPORT_VARIABLE
from telemetry.lab.usage import UsageError, parse_variables
from telemetry.memory_size import ONE_CORE_MB

ENVIRONMENTS: Final = 25
INVOCATIONS: Final = 12
QUICK: Final = 6
"""Environments, and invocations of each, with `--quick`."""
RESERVED: Final = {
    **SET_BY_LAB,
    "_HANDLER": "use --handler",
    "AWS_LAMBDA_INITIALIZATION_TYPE": "use --init-type",
    EXPERIMENT_VARIABLE: "use --experiment",
    PLACEMENT_VARIABLE: "use --placement",
    REPORT_VARIABLE: "the lab sets it where it looks at a snapshot",
    KNOWN_VARIABLE: "the lab sets it where it looks at a snapshot",
}
"""Variables that `--env` must not set, and what to do instead."""


@dataclass(frozen=True, slots=True)
class Settings:
    """One run."""

    out: Path
    function: FunctionConfiguration = field(default_factory=FunctionConfiguration)
    environments: int = ENVIRONMENTS
    """For each placement and memory size; in an experiment, for each size. With a precision, the most."""
    invocations: Invocations = field(default_factory=lambda: Invocations(INVOCATIONS))
    """For each environment."""
    precision: Precision | None = None
    """At which the run ends; None where the number of environments is fixed."""
    at_once: int = 1
    """Environments that run at the same time, where the cores allow."""
    placements: tuple[Placement, ...] = ("init",)
    """The arms of the run."""
    memory_mb: tuple[int, ...] = (MEMORY_MB,)
    """The memory sizes of the run; `function` has the first one."""
    cpu: CpuMode = "lambda"
    no_shares: str | None = None
    """Why this machine cannot give CPU shares, where nobody said that they are not wanted."""
    experiment: str | None = None
    """Weights of the arms, by which each environment is assigned one; None: every arm gets as many."""
    seed: int = 7
    warm_up: bool = True
    """Begin with environments that are not recorded."""
    table: Path | None = None
    """Definition of a DynamoDB table to serve."""
    without_records: bool = False
    """Measure a handler that writes no records of telemetry: there are only Lambda's report lines."""
    load: Load | None = None
    """Requests that come as traffic does; None where each environment is sent a number of them."""

    @property
    def partial_out(self) -> Path:
        """Where the records are until the run ends."""
        return self.out.with_name(f"{self.out.name}.part")

    @property
    def log(self) -> Path:
        """Where the function's stderr goes."""
        return self.out.with_suffix(".log")


def settings_from(given: argparse.Namespace) -> Settings:
    """Make settings of parsed arguments.

    Raises:
        UsageError: They contradict each other, or name what does not exist.
    """
    sizes = _distinct_sizes(given.memory)
    no_shares = why_no_shares() if given.cpu is None else None
    if given.without_records and (len(given.placement) > 1 or given.experiment is not None):
        raise UsageError(
            "--without-records: Lambda's report lines do not say which placement they are of; measure one at "
            "a time, each into a file of its own"
        )
    if given.init_type == SNAP_START and given.experiment is not None:
        raise UsageError(
            "--experiment: under SnapStart all environments are copies of one, so they cannot be assigned "
            "one by one, and the adapter refuses it; name the arms by --placement"
        )
    return Settings(
        out=_writable(given.out),
        function=_function(given),
        environments=_environments(given),
        invocations=_invocations(given),
        precision=given.precision,
        at_once=given.at_once or 1,
        placements=_distinct(given.placement) if given.experiment is None else _arms(given.experiment),
        memory_mb=sizes,
        cpu=_cpu(given.cpu, no_shares, sizes),
        no_shares=no_shares,
        experiment=given.experiment,
        seed=given.seed,
        warm_up=given.warm_up,
        table=None if given.table is None else _file(given.table),
        without_records=given.without_records,
        load=load_from(given),
    )


def _environments(given: argparse.Namespace) -> int:
    if given.precision is None:
        return int(given.environments or (QUICK if given.quick else ENVIRONMENTS))
    if given.experiment is not None or not {*COMPARED} <= {*given.placement}:
        raise UsageError(
            "--precision: it is of the difference between two placements: --placement init first_invocation"
        )
    most = int(given.environments or (QUICK if given.quick else MOST))
    if most < FEWEST:
        raise UsageError(f"--precision takes {FEWEST} environments of each placement at least, not {most}")
    return most


def _invocations(given: argparse.Namespace) -> Invocations:
    found: Invocations = given.invocations or Invocations(QUICK if given.quick else INVOCATIONS)
    if found.by_arm and given.experiment is not None:
        raise UsageError(
            "--invocations: with --experiment the placement of an environment is not known before it starts, "
            "so all of them get the same number"
        )
    return found


def _function(given: argparse.Namespace) -> FunctionConfiguration:
    variables = parse_variables(given.env, RESERVED)
    import_path = () if given.app_dir is None else (_folder(given.app_dir),)
    if given.python is not None and given.artifact is not None:
        raise UsageError("--python cannot be combined with --artifact: run the lab with that Python instead")
    return FunctionConfiguration(
        handler=given.handler if given.app is None else ANY_APP_HANDLER,
        app=given.app,
        artifact=None if given.artifact is None else _artifact(given),
        import_path=import_path,
        python=None if given.python is None else find_interpreter(given.python, import_path),
        init_type=_supported(given.init_type),
        idle=given.idle,
        proactive_gap_ms=proactive_gap_ms(variables),
        memory_mb=given.memory[0],
        timeout=given.timeout,
        sigterm=given.sigterm,
        variables=variables,
    )


def _writable(name: str) -> Path:
    out = Path(name)
    if out.is_symlink():
        out = out.resolve()  # the file that a link leads to is replaced, and the link stays
    if out.suffix == ".log":
        raise UsageError(
            f"--out {name}: the function's stderr goes to a file of this name; use another suffix"
        )
    if out.exists() and not out.is_file():
        raise UsageError(f"--out {name}: it exists and is not a regular file")
    settings = Settings(out)
    for path in (settings.out, settings.partial_out, settings.log):
        try:
            _try_to_open(path)
        except OSError as error:
            raise UsageError(f"--out {name}: cannot write {path}: {error.strerror}") from error
    return out


def _try_to_open(path: Path) -> None:
    """Open a file for writing, and leave nothing behind."""
    is_new = not path.exists()
    path.open("ab").close()
    if is_new:
        path.unlink()


def _artifact(given: argparse.Namespace) -> Path:
    if given.app is not None or given.app_dir is not None:
        raise UsageError(
            "--artifact cannot be combined with --app or --app-dir: the artifact holds handler and app"
        )
    folder = Path(given.artifact).absolute()
    check_artifact(folder, given.handler)
    return folder


def _folder(name: str) -> Path:
    if not Path(name).is_dir():
        raise UsageError(f"--app-dir {name}: there is no such folder")
    return Path(name).absolute()


def _file(name: str) -> Path:
    if not Path(name).is_file():
        raise UsageError(f"--table {name}: there is no such file")
    return Path(name)


def _distinct(placements: Sequence[Placement]) -> tuple[Placement, ...]:
    if len(set(placements)) < len(placements):
        raise UsageError(f"--placement {' '.join(placements)}: name each placement once")
    return tuple(placements)


def _distinct_sizes(sizes: Sequence[int]) -> tuple[int, ...]:
    if len(set(sizes)) < len(sizes):
        raise UsageError(f"--memory {_joined(sizes)}: name each size once")
    return tuple(sizes)


def _cpu(asked: CpuMode | None, no_shares: str | None, sizes: tuple[int, ...]) -> CpuMode:
    """Return how much CPU requests get, if this machine can give it."""
    if asked == "full":
        if len(sizes) > 1:
            raise UsageError(
                f"--memory {_joined(sizes)}: sizes differ by their CPU, and --cpu full gives all the same; "
                "name one"
            )
        return asked
    if asked is None and no_shares is not None:
        if len(sizes) > 1:
            raise UsageError(f"--memory {_joined(sizes)}: sizes differ by their CPU, and {no_shares}")
        return "full"
    if asked is not None and (reason := why_no_shares()) is not None:
        raise UsageError(f"--cpu {asked}: {reason}; use --cpu full")
    cores = available_cores()
    if cpu_share(max(sizes)) > cores:
        raise UsageError(
            f"--memory {max(sizes)}: Lambda gives it the CPU time of {cpu_share(max(sizes)):.2f} cores, but "
            f"this machine has {cores:g}, as much as {cores * ONE_CORE_MB:.0f} MB get; name a smaller "
            "size, or use --cpu full"
        )
    return "lambda"


def _joined(sizes: Sequence[int]) -> str:
    return " ".join(map(str, sizes))


def _arms(weights: str) -> tuple[Placement, ...]:
    try:
        return tuple(parse_weights(weights))
    except PlacementError as error:
        raise UsageError(f"--experiment: {error}") from error


def _supported(init_type: str) -> InitType:
    match init_type:
        case "on-demand" | "provisioned-concurrency" | "snap-start":
            return init_type
        case _:
            raise UsageError(
                f"--init-type {init_type}: an environment of this type serves several events at once, but "
                "the lab sends one at a time"
            )
