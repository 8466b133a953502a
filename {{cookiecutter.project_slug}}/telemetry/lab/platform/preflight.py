"""Before anything is measured: can the function be imported? Asked in a process like the function's."""

import asyncio
import contextlib
import importlib
import os
import sys
import traceback
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Mapping
from typing import Final

from telemetry.lab.platform.target import TargetError, find_handler
from telemetry.lab.run.settings import ANY_APP_HANDLER, UsageError

TAKES_AT_MOST: Final = 120.0
"""Seconds."""


async def preflight(environ: Mapping[str, str]) -> None:
    """Check the target of the run. Its bytecode is compiled by this too, which no environment then pays for.

    Raises:
        UsageError: it cannot be imported.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "telemetry.lab.platform.preflight"),
        stdin=DEVNULL,
        stdout=DEVNULL,
        stderr=PIPE,
        env=environ,
        start_new_session=True,
    )
    try:
        _, said = await asyncio.wait_for(process.communicate(), TAKES_AT_MOST)
    except TimeoutError as error:
        raise UsageError(f"importing the function takes more than {TAKES_AT_MOST:.0f} s") from error
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    if process.returncode != 0:
        raise UsageError(said.decode(errors="replace").strip() or "the function cannot be imported")


def main() -> int:
    """Look for what `_HANDLER` names, as if outside of Lambda: nothing starts. Say what is wrong."""
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
