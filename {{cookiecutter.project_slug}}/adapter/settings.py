"""What the adapter is told to do with the lifespan, checked."""

import math
import os
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal, NamedTuple, TypeAlias, get_args

from adapter.errors import SettingError
from adapter.facts import OnDeath
from adapter.placement import Placement, PlacementError, parse_placement, placement_from
from adapter.process.identity import inside_lambda

Hook: TypeAlias = Callable[[dict[str, Any]], Awaitable[None]]
"""Called with the state of the lifespan, whose values it may replace."""


class Settings(NamedTuple):
    """The parameters of `LifespanAdapter` that are about the lifespan; times are in seconds."""

    mode: Literal["auto", "on", "off"]
    placement: Placement
    on_death: OnDeath
    startup_budget: float | None
    startup_timeout: float | None
    shutdown_timeout: float
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
        before_snapshot,
        after_restore,
    )


def checked_event_path(path: str | None) -> str | None:
    """`path`, if it is one that can be kept for events.

    Raises:
        SettingError: It is not.
    """
    if path is not None and (not path.startswith("/") or path.endswith("/")):
        raise SettingError(f"event_path must start with '/' and must not end with '/': got {path!r}")
    return path


def _placement(given: Placement | None, environ: Mapping[str, str]) -> Placement:
    """`given`, or what the environment says inside Lambda; elsewhere `init`."""
    try:
        if given is not None:
            return parse_placement(given)
        return placement_from(environ) if inside_lambda(environ) else "init"
    except PlacementError as error:
        raise SettingError(str(error)) from error


def _on_death(word: str) -> OnDeath:
    for way in get_args(OnDeath):
        if word == way:
            return way  # type: ignore[no-any-return] # get_args knows no types
    raise SettingError(f"on_death must be one of {', '.join(get_args(OnDeath))}: got {word!r}")


def _seconds(name: str, seconds: float) -> float:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds < math.inf:
        raise SettingError(f"{name} must be a number of seconds, 0 or more: got {seconds!r}")
    return seconds
