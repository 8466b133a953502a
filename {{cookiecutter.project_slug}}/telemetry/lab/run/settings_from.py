"""From the command line to a run: checks what a parser cannot."""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from telemetry.lab.platform.artifact import check_artifact
from telemetry.lab.platform.variables import from_arguments
from telemetry.lab.run.settings import (
    ANY_APP_HANDLER,
    ASSIGNED,
    ENVIRONMENTS,
    INVOCATIONS,
    PROACTIVE_GAP_MS,
    QUICK,
    InitType,
    Settings,
    UsageError,
)

OWN_FLAG: Final = {
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "--memory",
    "AWS_LAMBDA_INITIALIZATION_TYPE": "--init-type",
    "AWS_LAMBDA_LOG_STREAM_NAME": "no flag, but the lab itself",
    "AWS_LAMBDA_RUNTIME_API": "no flag, but the lab itself",
    "LAB_APP": "--app",
    "LAB_APP_PATH": "--app-dir",
    "LIFESPAN_EXPERIMENT": "--experiment",
    "LIFESPAN_PLACEMENT": "--placement",
    "_HANDLER": "--handler",
}
"""Variables that `--env` must not set, and what sets them."""


def settings_from(given: argparse.Namespace) -> Settings:
    """Make settings of parsed arguments.

    Raises:
        UsageError: they do not fit together, or with the file system.
    """
    few = QUICK if given.quick else None
    variables = _free(from_arguments(given.env))
    artifact = None if given.artifact is None else _artifact(given)
    return Settings(
        out=_writable(given.out),
        handler=given.handler if given.app is None else ANY_APP_HANDLER,
        app=given.app,
        artifact=artifact,
        import_path=() if given.app_dir is None else (_folder(given.app_dir),),
        environments=given.environments or few or ENVIRONMENTS,
        invocations=given.invocations or few or INVOCATIONS,
        placements=_distinct(given.placement) if given.experiment is None else (ASSIGNED,),
        experiment=given.experiment,
        init_type=_supported(given.init_type),
        idle=given.idle,
        proactive_gap_ms=_gap_ms(variables),
        memory_mb=given.memory,
        timeout=given.timeout,
        sigterm=given.sigterm,
        seed=given.seed,
        warm_up=given.warm_up,
        variables=variables,
        table=None if given.table is None else _file(given.table),
    )


def _writable(name: str) -> Path:
    out = Path(name)
    if out.is_symlink():
        out = out.resolve()  # what a link leads to is replaced, and the link stays
    if out.suffix == ".log":
        raise UsageError(f"--out {name}: the function's stderr goes to a file of that name")
    if out.exists() and not out.is_file():
        raise UsageError(f"--out {name}: this is no file, which could be replaced")
    made = Settings(out)
    for path in (made.out, made.part, made.log):
        try:
            _open(path)
        except OSError as error:
            raise UsageError(f"--out {name}: cannot write {path}: {error.strerror}") from error
    return out


def _open(path: Path) -> None:
    """See whether that can be done, and leave nothing behind."""
    is_new = not path.exists()
    path.open("ab").close()
    if is_new:
        path.unlink()


def _artifact(given: argparse.Namespace) -> Path:
    if given.app is not None or given.app_dir is not None:
        raise UsageError("--artifact has its own handler and folder: leave out --app and --app-dir")
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


def _distinct(placements: Sequence[str]) -> tuple[str, ...]:
    if len(set(placements)) < len(placements):
        raise UsageError(f"--placement {' '.join(placements)}: each one once")
    return tuple(placements)


def _supported(init_type: str) -> InitType:
    match init_type:
        case "on-demand" | "provisioned-concurrency":
            return init_type
        case "snap-start":
            raise UsageError(f"--init-type {init_type}: a process cannot be restored from a snapshot here")
        case _:
            raise UsageError(
                f"--init-type {init_type}: the lab sends one event at a time, that type many at once"
            )


def _free(variables: Mapping[str, str]) -> Mapping[str, str]:
    for name in OWN_FLAG.keys() & variables.keys():
        raise UsageError(f"--env {name}={variables[name]}: {OWN_FLAG[name]} sets that")
    return variables


def _gap_ms(variables: Mapping[str, str]) -> float:
    name = "LIFESPAN_PROACTIVE_GAP_MS"
    try:
        return float(variables.get(name, PROACTIVE_GAP_MS))
    except ValueError as error:
        raise UsageError(f"--env {name}={variables[name]}: not a number") from error
