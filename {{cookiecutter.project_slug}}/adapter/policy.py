"""What the adapter is told to do with the lifespan."""

import math
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal, NamedTuple, TypeAlias, get_args

from adapter.environment import inside_lambda
from adapter.errors import SettingError
from adapter.facts import OnDeath
from adapter.placement import Placement, PlacementError, parse_placement, placement_from

Hook: TypeAlias = Callable[[dict[str, Any]], Awaitable[None]]
"""Called with the state of the lifespan, whose values it may replace."""


class Policy(NamedTuple):
    """The parameters of `LifespanAdapter` that are about the lifespan; times are in seconds."""

    mode: Literal["auto", "on", "off"]
    placement: Placement
    on_death: OnDeath
    startup_budget: float | None
    startup_timeout: float | None
    shutdown_timeout: float
    before_snapshot: Hook | None
    after_restore: Hook | None


def chosen_placement(given: Placement | None, environ: Mapping[str, str]) -> Placement:
    """`given`, or what the environment says inside Lambda; elsewhere `init`.

    Raises:
        SettingError: It is no placement, or the experiment that is asked for cannot be carried out.
    """
    try:
        if given is not None:
            return parse_placement(given)
        return placement_from(environ) if inside_lambda(environ) else "init"
    except PlacementError as error:
        raise SettingError(str(error)) from error


def checked_on_death(word: str) -> OnDeath:
    """`word`, if it is one of the ways; raise `SettingError` if not."""
    for way in get_args(OnDeath):
        if word == way:
            return way  # type: ignore[no-any-return] # get_args knows no types
    raise SettingError(f"on_death is {word!r}; choices are: {', '.join(get_args(OnDeath))}")


def checked_seconds(name: str, seconds: float) -> float:
    """`seconds`, if they are 0 or more and end some day; raise `SettingError` if not."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds < math.inf:
        raise SettingError(f"{name} is {seconds!r}; a number of seconds is needed, 0 or more")
    return seconds


def checked_limit(name: str, seconds: float | None) -> float | None:
    """As `checked_seconds`; None is no limit."""
    return None if seconds is None else checked_seconds(name, seconds)


def checked_event_path(path: str | None) -> str | None:
    """`path`, if it is one that can be kept for events; raise `SettingError` if not."""
    if path is not None and (not path.startswith("/") or path.endswith("/")):
        raise SettingError(f"event_path is {path!r}; it has to begin with / and to end otherwise")
    return path
