"""The process whose imports are measured: loads an ASGI app by `module:attribute`, and starts it.

If it fails, the imports up to there still count. The type of the exception goes to stdout, on a line that
begins with `ENDED_BY`, since the app may write there too. The exception's text may hold a secret; it is
written only where a module or an attribute is missing.
"""

import asyncio
import contextlib
import sys
from typing import Any, Final

ENDED_BY: Final = "telemetry.lab.imports.child ended by "
STARTS_WITHIN: Final = 20.0
"""Seconds."""


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


def main(target: str) -> None:
    """Import the app and start it."""
    from telemetry.lab.app.target import TargetError, load_app  # noqa: PLC0415 - what follows is the app's

    try:
        if module := target.partition(":")[0]:
            with contextlib.suppress(ModuleNotFoundError):  # which `load_app` tells better
                __import__(module)  # as a statement would; `importlib` is not timed
        asyncio.run(start(load_app(target)))
    except (TargetError, ModuleNotFoundError) as error:
        sys.stdout.write(f"\n{ENDED_BY}{type(error).__name__}: {error}\n")
    except Exception as error:  # noqa: BLE001 - see the module
        sys.stdout.write(f"\n{ENDED_BY}{type(error).__name__}\n")


if __name__ == "__main__":
    main(sys.argv[1])
