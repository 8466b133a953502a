"""Checks before a run that the function can be imported, in a process like the function's own."""

import importlib
import os
import sys
import traceback
from collections.abc import Mapping
from typing import Final

from telemetry.lab.platform.command import run_alone
from telemetry.lab.platform.function import ANY_APP_HANDLER
from telemetry.lab.platform.target import TargetError, find_handler
from telemetry.lab.usage import UsageError

LONGEST_IMPORT: Final = 120.0
"""Seconds."""


async def preflight(environ: Mapping[str, str]) -> None:
    """Check that the target can be imported. This also compiles its bytecode before anything is measured.

    Raises:
        UsageError: It cannot be imported.
    """
    command = (sys.executable, "-m", "telemetry.lab.platform.preflight")
    try:
        status, stderr = await run_alone(command, environ, LONGEST_IMPORT)
    except TimeoutError as error:
        raise UsageError(f"importing the function took more than {LONGEST_IMPORT:.0f} s") from error
    if status != 0:
        raise UsageError(stderr.strip() or "the function cannot be imported")


def main() -> int:
    """Look for what `_HANDLER` names and say what is wrong. As outside of Lambda, nothing starts."""
    try:
        if os.environ["_HANDLER"] == ANY_APP_HANDLER:
            importlib.import_module(ANY_APP_HANDLER.rpartition(".")[0])
        else:
            find_handler(os.environ["_HANDLER"])
    except TargetError as error:
        sys.stderr.write(f"{error}\n")
    except BaseException:  # noqa: BLE001 # the module's own failure, a SystemExit included
        sys.stderr.write(traceback.format_exc())
    else:
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
