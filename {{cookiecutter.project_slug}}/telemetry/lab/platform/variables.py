"""The environment variables of the function's processes: Lambda's, the arm's and the user's, nothing else."""

import os
import secrets
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from telemetry.lab.run.settings import FUNCTION_NAME, REGION, Settings, UsageError

INHERITED: Final = ("PATH", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "TMPDIR")
"""All that a child keeps of the lab's own environment, beside PYTHONPATH. No credentials, no proxies."""

NOBODY: Final = {
    "AWS_ACCESS_KEY_ID": "lab",
    "AWS_SECRET_ACCESS_KEY": "lab",
    "AWS_SESSION_TOKEN": "lab",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_REGION": REGION,
    "AWS_DEFAULT_REGION": REGION,
}
"""An identity that no AWS account knows, and no way to another."""


def from_arguments(arguments: Sequence[str]) -> dict[str, str]:
    """Read the values of `--env`.

    Raises:
        UsageError: one is no NAME=VALUE.
    """
    variables = {}
    for argument in arguments:
        name, equals, value = argument.partition("=")
        if not equals or not name:
            raise UsageError(f"--env {argument}: expected NAME=VALUE")
        variables[name] = value
    return variables


def clean_environ(import_path: Iterable[Path] = ()) -> dict[str, str]:
    """Return what every child of the lab starts from. It can import the current folder, and the lab."""
    inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
    here = (*import_path, Path.cwd(), Path(__file__).parents[3])
    path = [str(folder) for folder in here] + os.environ.get("PYTHONPATH", "").split(os.pathsep)
    return {**inherited, **NOBODY, "PYTHONPATH": os.pathsep.join(filter(None, path))}


def function_environ(
    settings: Settings, extra: Mapping[str, str], lambdas_own: Path | None = None
) -> dict[str, str]:
    """Return what all processes of the function share; `extra` yields to the user's own variables.

    `lambdas_own` is the folder of the packages that Lambda has itself; an artifact gets no others.
    """
    return {
        **_importing(settings, lambdas_own),
        "AWS_EXECUTION_ENV": f"AWS_Lambda_python3.{runtime_minor()}",
        "AWS_LAMBDA_FUNCTION_NAME": FUNCTION_NAME,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(settings.memory_mb),
        "AWS_LAMBDA_INITIALIZATION_TYPE": settings.init_type,
        "AWS_LAMBDA_LOG_FORMAT": "JSON",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{FUNCTION_NAME}",
        "LAMBDA_TASK_ROOT": str(settings.artifact or Path.cwd()),
        "TZ": ":UTC",
        "_HANDLER": settings.handler,
        **extra,
        **settings.variables,
    }


def function_command(settings: Settings) -> tuple[str, ...]:
    """Return what starts the runtime client; an artifact does without this Python's installed packages."""
    alone = () if settings.artifact is None else ("-S",)
    return (sys.executable, *alone, "-m", "awslambdaric", settings.handler)


def _importing(settings: Settings, lambdas_own: Path | None) -> dict[str, str]:
    if settings.artifact is not None:
        path = os.pathsep.join(str(folder) for folder in (settings.artifact, lambdas_own) if folder)
        # Lambda's code folder is read-only.
        return {**clean_environ(), "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
    if settings.app is None:
        return clean_environ(settings.import_path)
    # The app's folders come into play only after adapter and telemetry are imported: see `any_app`.
    path = os.pathsep.join(str(folder) for folder in settings.import_path)
    return {**clean_environ(), "LAB_APP": settings.app, "LAB_APP_PATH": path}


def runtime_minor() -> int:
    """Return the Python 3 runtime to pass for: its client lets the function see SIGTERM from 3.12 on."""
    return max(12, sys.version_info.minor)


def log_stream() -> str:
    """Make up the name of an execution environment's log stream, as Lambda does."""
    return f"{datetime.now(UTC):%Y/%m/%d}/[$LATEST]{secrets.token_hex(16)}"
