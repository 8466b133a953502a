"""Questions about the function that only a process like its own can answer."""

import contextlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from telemetry.lab.app.missing_variables import MissingFields, missing_variables, set_them
from telemetry.lab.app.routes import ServedPath
from telemetry.lab.platform.command import run_alone
from telemetry.lab.platform.function import FunctionConfiguration
from telemetry.lab.platform.variables import module_command
from telemetry.lab.usage import UsageError

LONGEST_IMPORT: Final = 120.0
"""Seconds."""


class Answer(NamedTuple):
    """What a process has found out."""

    code: int | None
    """0 where all is well."""
    told: Mapping[str, Any]
    stderr: str


async def preflight(function: FunctionConfiguration, environ: Mapping[str, str]) -> bool:
    """Check that the target can be imported. This also compiles its bytecode before anything is measured.

    Returns:
        Whether the app comes from a factory.

    Raises:
        UsageError: It cannot be imported.
    """
    answer = await _ask(function, environ, "check")
    if answer.code == 0:
        return bool(answer.told.get("from_factory"))
    text = answer.stderr.strip() or "the function cannot be imported"
    lines = [text, *await missing_variable_advice(function, environ, text)]
    if function.python is not None and any(
        f"No module named '{name}'" in text for name in ("boto3", "botocore")
    ):
        lines.append("boto3 is part of Lambda's runtime, but not of this environment: install it there, too.")
    raise UsageError("\n".join(lines))


async def missing_variable_advice(
    function: FunctionConfiguration, environ: Mapping[str, str], text: str
) -> list[str]:
    """Name the environment variables for want of which the function failed, and say how to set them.

    Args:
        function: It is imported once more where only its settings class knows how a variable is called.
        environ: What it was given.
        text: Tracebacks that it has written.
    """
    found = missing_variables(text, environ)
    if not isinstance(found, MissingFields):
        return set_them(found)
    answer = await _ask(function, environ, "variables", found.title, *found.fields)
    named = answer.told.get("variables")
    return set_them(named if isinstance(named, list) and named else found.guessed())


async def describe_handler(function: FunctionConfiguration, environ: Mapping[str, str]) -> Mapping[str, Any]:
    """Return what the handler is: its `kind` and `type`, and its `app` by name; nothing if unknown."""
    return (await _ask(function, environ, "handler")).told


async def paths_of_app(function: FunctionConfiguration, environ: Mapping[str, str]) -> list[ServedPath]:
    """Return the paths that the app says it serves; none where it does not tell."""
    with contextlib.suppress(UsageError):  # it took too long
        told = (await _ask(function, environ, "routes")).told
        return [ServedPath(**one) for one in told.get("paths", ())]
    return []


async def _ask(function: FunctionConfiguration, environ: Mapping[str, str], *question: str) -> Answer:
    command = module_command(function, "telemetry.lab.app.inspection", *question)
    try:
        ran = await run_alone(command, environ, LONGEST_IMPORT, environ["LAMBDA_TASK_ROOT"])
    except TimeoutError as error:
        raise UsageError(f"importing the function took more than {LONGEST_IMPORT:.0f} s") from error
    return Answer(ran.status, _told(ran.stdout.splitlines()), ran.stderr)


def _told(lines: Sequence[str]) -> dict[str, Any]:
    with contextlib.suppress(ValueError, IndexError):
        told = json.loads(lines[-1])
        if isinstance(told, dict):
            return told
    return {}
