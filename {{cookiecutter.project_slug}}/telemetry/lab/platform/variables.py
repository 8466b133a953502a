"""The environment variables of the lab's child processes: Lambda's and the user's, and hardly any others."""

import os
import secrets
import site
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from itertools import takewhile
from pathlib import Path
from typing import Final

from telemetry.lab.app import bootstrap
from telemetry.lab.app.bootstrap import CODE_VARIABLE, PRIVATE_VARIABLE
from telemetry.lab.app.lab_code import LabCode
from telemetry.lab.platform.function import FUNCTION_NAME, REGION, FunctionConfiguration
from telemetry.lab.platform.supervisor import RUN_VARIABLE
from telemetry.lab.snapshot import launcher

MEMORY_VARIABLE: Final = "AWS_LAMBDA_FUNCTION_MEMORY_SIZE"
PATH_VARIABLE: Final = "PYTHONPATH"
APP_PATH_VARIABLE: Final = "LAB_APP_PATH"
SET_BY_LAB: Final = {
    MEMORY_VARIABLE: "use --memory",
    "AWS_LAMBDA_LOG_STREAM_NAME": "the lab sets it for each environment",
    "AWS_LAMBDA_RUNTIME_API": "the lab sets it for each process",
    "LAB_APP": "use --app",
    APP_PATH_VARIABLE: "use --app-dir",
    CODE_VARIABLE: "use --python",
    PRIVATE_VARIABLE: "use --python",
    RUN_VARIABLE: "the lab sets it for each run",
    "LAMBDA_TASK_ROOT": "it names the folder in which the function runs",
    "TMPDIR": "the lab gives each environment a folder of its own for temporary files",
    "_HANDLER": "the lab sets it to what it runs",
}
"""Variables that `--env` must not set, and what to do instead."""
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
    here = (*import_path, Path.cwd(), Path(__file__).parents[3])
    path = [str(folder) for folder in here] + os.environ.get(PATH_VARIABLE, "").split(os.pathsep)
    return {**_isolated_environ(), PATH_VARIABLE: os.pathsep.join(filter(None, path))}


def _isolated_environ() -> dict[str, str]:
    inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
    return {**inherited, **FAKE_CREDENTIALS}


def function_environ(
    function: FunctionConfiguration,
    extra: Mapping[str, str],
    runtime_packages: Path | None = None,
    code: LabCode | None = None,
) -> dict[str, str]:
    """Return the variables that all processes of the function share.

    Args:
        function: Its own variables go before all others.
        extra: Variables of this run, such as the address of a local DynamoDB.
        runtime_packages: Folder of the packages that Lambda's runtime has; an artifact imports no others.
        code: What the lab brings into the app's own environment; None where the app has none.
    """
    importing = _import_variables(function, runtime_packages, code)
    return {
        **importing,
        **_user_packages(function),
        "AWS_EXECUTION_ENV": f"AWS_Lambda_python3.{runtime_minor(function)}",
        "AWS_LAMBDA_FUNCTION_NAME": FUNCTION_NAME,
        "AWS_LAMBDA_FUNCTION_VERSION": function.version,
        MEMORY_VARIABLE: str(function.memory_mb),
        "AWS_LAMBDA_INITIALIZATION_TYPE": function.init_type,
        **({} if function.snap_start else {"AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{FUNCTION_NAME}"}),
        "LAMBDA_TASK_ROOT": str(function.folder),
        "TZ": ":UTC",
        "_HANDLER": function.handler,
        **DERIVED,
        **extra,
        **function.variables,
        **_with_own_path(importing, function.variables.get(PATH_VARIABLE, "")),
    }


def function_command(function: FunctionConfiguration) -> tuple[str, ...]:
    """Return the command of the runtime client; an artifact runs without this Python's installed packages."""
    command = _client_command(function)
    return with_hooks(command) if function.snap_start else command


def with_hooks(command: tuple[str, ...]) -> tuple[str, ...]:
    """Return the same command with the lab's hooks around those of the function, which SnapStart calls."""
    python, *arguments = command
    options = tuple(takewhile(lambda argument: argument.startswith("-") and argument != "-m", arguments))
    return (python, *options, launcher.__file__, *arguments[len(options) :])


def _client_command(function: FunctionConfiguration) -> tuple[str, ...]:
    if function.python is not None and function.app is None:
        return (function.python.executable, "-m", "awslambdaric", function.handler)
    without_site = () if function.artifact is None else ("-S",)
    return module_command(function, "awslambdaric", function.handler, options=without_site)


def module_command(
    function: FunctionConfiguration, module: str, *arguments: str, options: tuple[str, ...] = ()
) -> tuple[str, ...]:
    """Return the command that runs a module where the function runs, with the lab's code at hand."""
    if function.python is None:
        return (sys.executable, *options, "-m", module, *arguments)
    return (function.python.executable, *options, bootstrap.__file__, module, *arguments)


def runtime_minor(function: FunctionConfiguration) -> int:
    """Return the minor version of the Python runtime to report: 12 at least, which delivers SIGTERM."""
    version = sys.version_info if function.python is None else function.python.version
    return max(12, version[1])


def log_stream() -> str:
    """Make up the name of an execution environment's log stream, as Lambda does."""
    return f"{datetime.now(UTC):%Y/%m/%d}/[$LATEST]{secrets.token_hex(16)}"


def _import_variables(
    function: FunctionConfiguration, runtime_packages: Path | None, code: LabCode | None
) -> dict[str, str]:
    app = {} if function.app is None else {"LAB_APP": function.app}
    if code is not None:
        private = {} if code.private is None else {PRIVATE_VARIABLE: str(code.private)}
        return {**_isolated_environ(), **app, CODE_VARIABLE: str(code.folder), **private}
    if function.artifact is not None:
        path = os.pathsep.join(str(folder) for folder in (function.artifact, runtime_packages) if folder)
        # Lambda's code folder is read-only.
        return {**clean_environ(), PATH_VARIABLE: path, "PYTHONDONTWRITEBYTECODE": "1"}
    if function.app is None:
        return clean_environ(function.import_path)
    # `any_app` adds the app's folders only after it has imported adapter and telemetry.
    path = os.pathsep.join(str(folder) for folder in function.import_path)
    return {**clean_environ(), **app, APP_PATH_VARIABLE: path}


def _with_own_path(importing: Mapping[str, str], own: str) -> dict[str, str]:
    """Return the import path where the function has one of its own, which must not displace the lab's.

    Where the lab's `any_app` puts the app's folders before all others, it does so with these, too.
    """
    if not own:
        return {}
    if APP_PATH_VARIABLE in importing:
        app_path = _joined(importing[APP_PATH_VARIABLE], own)
        return {PATH_VARIABLE: importing[PATH_VARIABLE], APP_PATH_VARIABLE: app_path}
    return {PATH_VARIABLE: _joined(own, importing.get(PATH_VARIABLE, ""))}


def _joined(*paths: str) -> str:
    return os.pathsep.join(filter(None, paths))


def _user_packages(function: FunctionConfiguration) -> dict[str, str]:
    """Keep what `pip install --user` has put below a HOME that the function does not have."""
    if function.python is not None:
        base = function.python.user_base
    else:
        base = site.getuserbase() if site.getusersitepackages() in sys.path else None
    return {} if base is None else {"PYTHONUSERBASE": base}
