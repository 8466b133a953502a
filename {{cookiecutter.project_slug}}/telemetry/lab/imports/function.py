"""What the imports of a function cost: its handler is imported once, with `-X importtime`."""

from collections.abc import Mapping
from typing import Final

from telemetry.lab.imports.measurement import Package, by_package, parse_import_times
from telemetry.lab.platform.command import run_alone
from telemetry.lab.platform.function import FunctionConfiguration
from telemetry.lab.platform.variables import module_command

LONGEST_S: Final = 30.0
SHOWN: Final = 10
"""Packages."""


async def dearest_imports(function: FunctionConfiguration, environ: Mapping[str, str]) -> list[Package]:
    """Return the packages whose imports take longest, in a process like the function's own.

    Their bytecode must have been compiled before. As outside of Lambda, nothing starts up, so the startup's
    imports are not there.

    Args:
        function: It runs in the app's own environment, if it has one.
        environ: The variables of the function.
    """
    command = module_command(function, "telemetry.lab.imports.handler_child", options=("-X", "importtime"))
    try:
        ran = await run_alone(command, environ, LONGEST_S, environ["LAMBDA_TASK_ROOT"])
    except TimeoutError:
        return []
    packages = by_package(parse_import_times(ran.stderr))
    return sorted(packages.values(), key=lambda package: -package.ms)[:SHOWN]
