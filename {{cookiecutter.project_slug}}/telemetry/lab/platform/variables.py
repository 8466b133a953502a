"""The environment variables of the lab's child processes: Lambda's and the user's, and hardly any others."""

import os
import secrets
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from telemetry.lab.platform.function import FUNCTION_NAME, REGION, FunctionConfiguration

MEMORY_VARIABLE: Final = "AWS_LAMBDA_FUNCTION_MEMORY_SIZE"
INHERITED: Final = ("PATH", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "TMPDIR")
"""All that a child keeps of the lab's own environment, beside PYTHONPATH. No credentials, no proxies."""

FAKE_CREDENTIALS: Final = {
    "AWS_ACCESS_KEY_ID": "lab",
    "AWS_SECRET_ACCESS_KEY": "lab",
    "AWS_SESSION_TOKEN": "lab",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_REGION": REGION,
    "AWS_DEFAULT_REGION": REGION,
}
"""An identity that no AWS account knows, and no way to find another one."""


DERIVED: Final = {
    "AWS_LAMBDA_LOG_FORMAT": "JSON",  # LoggingConfig.LogFormat
    "AWS_LAMBDA_LOG_LEVEL": "INFO",  # LoggingConfig.ApplicationLogLevel, for the root logger
    "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",  # whatever Tracing says
}
"""What Lambda makes of `template.yaml`, beside handler, runtime, memory and how it starts.

Of LoggingConfig, LogGroup has a variable too, and SystemLogLevel none. Tracing has AWS_XRAY_DAEMON_ADDRESS,
which Lambda sets even where the template turns tracing off, and OTEL_SDK_DISABLED with it. There is no
daemon in the lab: to try one, name it by `--env`.
"""


def clean_environ(import_path: Iterable[Path] = ()) -> dict[str, str]:
    """Return what every child of the lab starts from. It can import the current folder, and the lab."""
    inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
    here = (*import_path, Path.cwd(), Path(__file__).parents[3])
    path = [str(folder) for folder in here] + os.environ.get("PYTHONPATH", "").split(os.pathsep)
    return {**inherited, **FAKE_CREDENTIALS, "PYTHONPATH": os.pathsep.join(filter(None, path))}


def function_environ(
    function: FunctionConfiguration, extra: Mapping[str, str], runtime_packages: Path | None = None
) -> dict[str, str]:
    """Return the variables that all processes of the function share.

    Args:
        function: Its own variables go before all others.
        extra: Variables of this run, such as the address of a local DynamoDB.
        runtime_packages: Folder of the packages that Lambda's runtime has; an artifact imports no others.
    """
    return {
        **_import_variables(function, runtime_packages),
        "AWS_EXECUTION_ENV": f"AWS_Lambda_python3.{runtime_minor()}",
        "AWS_LAMBDA_FUNCTION_NAME": FUNCTION_NAME,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        MEMORY_VARIABLE: str(function.memory_mb),
        "AWS_LAMBDA_INITIALIZATION_TYPE": function.init_type,
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{FUNCTION_NAME}",
        "LAMBDA_TASK_ROOT": str(function.artifact or Path.cwd()),
        "TZ": ":UTC",
        "_HANDLER": function.handler,
        **DERIVED,
        **extra,
        **function.variables,
    }


def function_command(function: FunctionConfiguration) -> tuple[str, ...]:
    """Return the command of the runtime client; an artifact runs without this Python's installed packages."""
    without_site = () if function.artifact is None else ("-S",)
    return (sys.executable, *without_site, "-m", "awslambdaric", function.handler)


def runtime_minor() -> int:
    """Return the minor version of the Python runtime to report: 12 at least, which delivers SIGTERM."""
    return max(12, sys.version_info.minor)


def log_stream() -> str:
    """Make up the name of an execution environment's log stream, as Lambda does."""
    return f"{datetime.now(UTC):%Y/%m/%d}/[$LATEST]{secrets.token_hex(16)}"


def _import_variables(function: FunctionConfiguration, runtime_packages: Path | None) -> dict[str, str]:
    if function.artifact is not None:
        path = os.pathsep.join(str(folder) for folder in (function.artifact, runtime_packages) if folder)
        # Lambda's code folder is read-only.
        return {**clean_environ(), "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
    if function.app is None:
        return clean_environ(function.import_path)
    # `any_app` adds the app's folders only after it has imported adapter and telemetry.
    path = os.pathsep.join(str(folder) for folder in function.import_path)
    return {**clean_environ(), "LAB_APP": function.app, "LAB_APP_PATH": path}
