"""What the adapter is told to do with the lifespan, checked."""

import math
import os
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, Literal, TypeAlias, get_args

from adapter.errors import SettingError, UnknownEventError
from adapter.facts import OnDeath, Struct
from adapter.placement import Placement, PlacementError, parse_placement, placement_from
from adapter.process.identity import inside_lambda

Hook: TypeAlias = Callable[[dict[str, Any]], Awaitable[None]]
"""Called with the state of the lifespan, whose values it may replace."""


OnEvent: TypeAlias = Callable[[Any, Any, dict[str, Any]], Awaitable[Any]]
"""Takes an event that is not HTTP, Lambda's context and the lifespan's state; returns the result."""

DEADLINE_GUARD_S: Final = 0.5
"""Enough to unwind a request, to state what became of it, and for the response to leave."""


class Settings(Struct):
    """The parameters of `LifespanAdapter` that are about the lifespan; times are in seconds."""

    mode: Literal["auto", "on", "off"]
    placement: Placement
    on_death: OnDeath
    startup_budget: float | None
    startup_timeout: float | None
    shutdown_timeout: float
    deadline_guard: float
    """Before the function's timeout; 0 for none."""
    before_snapshot: Hook | None
    after_restore: Hook | None


def checked_settings(  # noqa: PLR0913 - as the fields are
    *,
    mode: Literal["auto", "on", "off"],
    placement: Placement | None,
    on_death: str,
    startup_budget: float | None,
    startup_timeout: float | None,
    shutdown_timeout: float,
    deadline_guard: float | None,
    before_snapshot: Hook | None,
    after_restore: Hook | None,
) -> Settings:
    """The settings, if all of them make sense.

    Raises:
        SettingError: One of them does not; the message says which, and what it may be.
    """
    return Settings(
        mode,
        _placement(placement, os.environ),
        _on_death(on_death),
        None if startup_budget is None else _seconds("startup_budget", startup_budget),
        None if startup_timeout is None else _seconds("startup_timeout", startup_timeout),
        _seconds("shutdown_timeout", shutdown_timeout),
        _deadline_guard(deadline_guard, os.environ),
        before_snapshot,
        after_restore,
    )


class EventSettings(Struct):
    """What becomes of events that are not HTTP."""

    on_event: OnEvent | None
    path: str | None
    """A path of the app that they are posted to."""
    host: str
    """Of the requests that post them."""
    warm_up: Mapping[str, Any] | None
    """What a ping looks like, beside `{}`."""

    def is_ping(self, event: Any) -> bool:
        """Whether an event only keeps the function warm: it is empty, or has all that `warm_up` has."""
        if event == {}:
            return True
        shape = self.warm_up
        return bool(shape) and isinstance(event, Mapping) and (shape or {}).items() <= event.items()

    async def handle(self, event: Any, context: Any, state: dict[str, Any]) -> Any:
        """Call `on_event`.

        Raises:
            UnknownEventError: There is none.
        """
        if self.on_event is None:
            raise UnknownEventError
        return await self.on_event(event, context, state)


def checked_events(
    on_event: OnEvent | None, path: str | None, host: str, warm_up: Mapping[str, Any] | None
) -> EventSettings:
    """The settings for events that are not HTTP, if they make sense.

    Raises:
        SettingError: They do not.
    """
    if on_event is not None and path is not None:
        raise SettingError("on_event and event_path are two ways for the same events: set one of them")
    if path is not None:
        _check_path("event_path", path)
    return EventSettings(on_event, path, host, warm_up)


def checked_root_path(root_path: str) -> str:
    """`root_path`, if it is empty, `stage` or a path.

    Raises:
        SettingError: It is none of them.
    """
    if root_path not in {"", "stage"}:
        _check_path("root_path", root_path)
    return root_path


def _check_path(name: str, path: str) -> None:
    if not path.startswith("/") or path.endswith("/"):
        raise SettingError(f"{name} must start with '/' and must not end with '/': got {path!r}")


def _placement(given: Placement | None, environ: Mapping[str, str]) -> Placement:
    """`given`, or what the environment says inside Lambda; elsewhere `init`."""
    try:
        if given is not None:
            return parse_placement(given)
        return placement_from(environ) if inside_lambda(environ) else "init"
    except PlacementError as error:
        raise SettingError(str(error)) from error


def _deadline_guard(given: float | None, environ: Mapping[str, str]) -> float:
    if given is not None:
        return _seconds("deadline_guard", given)
    return DEADLINE_GUARD_S if inside_lambda(environ) else 0


def _on_death(word: str) -> OnDeath:
    for way in get_args(OnDeath):
        if word == way:
            return way  # type: ignore[no-any-return] # get_args knows no types
    raise SettingError(f"on_death must be one of {', '.join(get_args(OnDeath))}: got {word!r}")


def _seconds(name: str, seconds: float) -> float:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds < math.inf:
        raise SettingError(f"{name} must be a number of seconds, 0 or more: got {seconds!r}")
    return seconds
