"""What the imports of a function cost: its handler is imported once, with `-X importtime`."""

import sys
from collections.abc import Mapping
from typing import Final

from telemetry.lab.imports.measurement import Package, by_package, parse_import_times
from telemetry.lab.platform.command import run_alone

LONGEST_S: Final = 30.0
IMPORT: Final = (
    "import os, telemetry.lab.platform.target\n"  # what comes after that module is the function's
    "__import__(os.environ['_HANDLER'].rpartition('.')[0])"  # timed, as `importlib` is not
)
SHOWN: Final = 10
"""Packages."""


async def dearest_imports(environ: Mapping[str, str]) -> list[Package]:
    """Return the packages whose imports take longest, in a process like the function's own.

    Their bytecode must have been compiled before. As outside of Lambda, nothing starts up, so the startup's
    imports are not there.

    Args:
        environ: The variables of the function.
    """
    try:
        _, told = await run_alone((sys.executable, "-X", "importtime", "-c", IMPORT), environ, LONGEST_S)
    except TimeoutError:
        return []
    packages = by_package(parse_import_times(told))
    return sorted(packages.values(), key=lambda package: -package.ms)[:SHOWN]
