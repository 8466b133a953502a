"""The process whose imports are measured: loads an ASGI app by `module:attribute`, and starts it.

If it fails, the imports up to there still count. The type of the exception goes to stdout, on a line that
begins with `ENDED_BY`, since the app may write there too. The exception's text may hold a secret; it is
written only where a module or an attribute is missing.
"""

import asyncio
import contextlib
import sys
from collections.abc import Callable
from typing import Any, Final, NamedTuple

ENDED_BY: Final = "telemetry.lab.imports.child ended by "
STARTS_WITHIN: Final = 20.0
"""Seconds."""


class Ended(NamedTuple):
    """What ended the startup early."""

    error: str = ""
    """The type of an exception, or nothing."""
    missing: str = ""
    """Why there is no app, or nothing."""


async def start(app: Any) -> None:
    """Run the app's lifespan up to the end of its startup."""
    started = asyncio.Event()
    asked = False

    async def receive() -> dict[str, Any]:
        nonlocal asked
        if asked:
            await asyncio.Event().wait()
        asked = True
        return {"type": "lifespan.startup"}

    async def send(_message: dict[str, Any]) -> None:
        started.set()

    scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": {}}
    running = asyncio.ensure_future(app(scope, receive, send))
    waiting = asyncio.ensure_future(started.wait())
    await asyncio.wait((running, waiting), timeout=STARTS_WITHIN, return_when=asyncio.FIRST_COMPLETED)
    if running.done():
        running.result()


def run(target: str, tell: Callable[[BaseException], object] = lambda _error: None) -> Ended:
    """Import the app and start it; `tell` gets what it raises."""
    # What is imported after this module is the app's.
    from telemetry.lab.app.target import TargetError, load_app, prepend_app_path  # noqa: PLC0415 - see above

    prepend_app_path()
    try:
        if module := target.partition(":")[0]:
            with contextlib.suppress(ModuleNotFoundError):  # which `load_app` tells better
                __import__(module)  # as a statement would; `importlib` is not timed
        asyncio.run(start(load_app(target)))
    except ModuleNotFoundError as error:
        return Ended(type(error).__name__, f"--app {target}: it cannot be imported: {error}")
    except TargetError as error:
        return Ended(type(error).__name__, str(error))
    except Exception as error:  # noqa: BLE001 - see the module
        tell(error)
        return Ended(type(error).__name__)
    return Ended()


def main(target: str) -> None:
    """Import the app and start it; say what ended that early."""
    ended = run(target)
    if ended.error:
        sys.stdout.write(f"\n{ENDED_BY}{ended.error}: {ended.missing}\n")


if __name__ == "__main__":
    main(sys.argv[1])
