"""Has an app serve events in execution environments of the local Lambda, and says what each of them took."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from telemetry.lab.imports.children import Target
from telemetry.lab.imports.watch import WATCH_VARIABLE
from telemetry.lab.platform.environment import Environment
from telemetry.lab.platform.runtime_api import InitError
from telemetry.lab.platform.throttle import Throttle

Event = Mapping[str, Any]


class Served(NamedTuple):
    """An environment that got each event once."""

    init_ms: float | None
    """None where it took longer than Lambda allows, and the first request began it again."""
    requests_ms: float
    """All of its requests together."""
    failures: tuple[str | None, ...]
    """By event, why the client got no 2xx response; None where it got one."""


class Watched(NamedTuple):
    """An environment that was watched while it served."""

    served: Served
    loaded: frozenset[str]
    """Packages that were there when INIT had ended."""
    ran: tuple[frozenset[str], ...] | None
    """By event, packages that have run Python code in it; None where Python cannot tell."""


class NotServedError(Exception):
    """The app does not start in an environment. The text says why."""


async def serve(
    target: Target, events: Sequence[Event], log: BinaryIO, throttle: Throttle | None = None
) -> Served:
    """Start an environment, and send it each event once.

    Args:
        target: The app.
        events: In this order.
        log: Takes whatever the app writes.
        throttle: Gives requests Lambda's share of CPU; None for full speed.

    Raises:
        NotServedError: The app does not start.
        ThrottleEndedError: CPU shares cannot be given any more.
    """
    environment = Environment(target.function, target.environ, log, log.write, throttle)
    try:
        await environment.init()
        invocations = [await environment.invoke(event) for event in events]
        await environment.shutdown()
    except InitError as error:
        raise NotServedError(f"the app does not start: {error}") from error
    finally:
        await environment.shutdown(at_once=True)
        environment.remove_files()
    return Served(
        init_ms=invocations[0].init_ms,
        requests_ms=sum(each.outcome.duration_ms for each in invocations),
        failures=tuple(each.outcome.failure for each in invocations),
    )


async def serve_watched(target: Target, events: Sequence[Event], log: BinaryIO) -> Watched:
    """Start an environment, send it each event once, and note which packages run code in each.

    Raises:
        NotServedError: The app does not start, or its process ends.
    """
    out = Path(target.folder) / "watched.json"
    out.unlink(missing_ok=True)
    served = await serve(target.with_variables(**{WATCH_VARIABLE: str(out)}), events, log)
    try:
        told = json.loads(out.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise NotServedError("the app's process ended before it had served an event") from error
    ran = None if told["ran"] is None else tuple(map(frozenset, told["ran"]))
    return Watched(served, frozenset(told["loaded"]), ran)
