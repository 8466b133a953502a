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
    """None where it took longer than was allowed, and the first request began it again."""
    requests_ms: float
    """All of its requests together."""
    failures: tuple[str | None, ...]
    """By event, why the client got no 2xx response; None where it got one."""
    requests: tuple[str, ...] = ()
    """By event, the id of its request."""


class Watched(NamedTuple):
    """An environment that was watched while it served."""

    served: Served
    loaded: frozenset[str]
    """Packages that were there when INIT had ended."""
    ran: tuple[frozenset[str], ...] | None
    """By event, packages that have run Python code in it; none where it ended otherwise than by a response.
    None where Python cannot tell.
    """


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
        requests=tuple(each.request_id for each in invocations),
    )


async def serve_watched(target: Target, events: Sequence[Event], log: BinaryIO) -> Watched:
    """Start an environment, send it each event once, and note which packages run code in each.

    Raises:
        NotServedError: The app does not start, or its process ends.
    """
    out = Path(target.folder) / "watched.json"
    out.unlink(missing_ok=True)
    served = await serve(target.with_variables(**{WATCH_VARIABLE: str(out)}), events, log)
    lines = out.read_text(encoding="utf-8").splitlines() if out.is_file() else []
    told = {line["request"]: line for line in map(json.loads, lines)}
    if not told:
        raise NotServedError("the app's process ended before it had served an event")
    first = next(iter(told.values()))
    ran = None
    if first["ran"] is not None:
        ran = tuple(frozenset(told[request]["ran"] if request in told else ()) for request in served.requests)
    return Watched(served, frozenset(first["loaded"]), ran)
