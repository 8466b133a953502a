"""What must become of a lifespan, by the ASGI specification and, where that is silent, by our own choice."""

from dataclasses import dataclass

from tests.properties.actions import Action, Hear, Leave, Pause, Put, Say, Script

FAILED = ("lifespan.startup.failed", "lifespan.shutdown.failed")


@dataclass(frozen=True, slots=True)
class Expected:
    """All that may be."""

    outcomes: frozenset[str]
    """Of the startup."""
    may_die: bool = False
    """It may end by itself after its startup; with `Pause`, it is a matter of timing whether it was over."""
    put: frozenset[str] = frozenset()
    """Keys in the state when the startup is complete."""
    may_put: frozenset[str] = frozenset()
    """Keys that may come."""
    waits: bool = False
    """It waits for its shutdown."""


def expected(script: Script, *, strict: bool) -> Expected:  # noqa: PLR0911 - one for each rule
    """Of a lifespan; `strict`, with `lifespan="on"`."""
    failed = Expected(frozenset({"failed"}))
    without = failed if strict else Expected(frozenset({"unsupported"}))
    heard = 0
    put: set[str] = set()
    for at, action in enumerate(script):
        match action:
            case Hear():
                heard += 1
                if heard == 2:
                    return failed  # nothing comes before the startup is complete: it times out
            case Put():
                put.add(action.key)
            case Leave():
                return without if issubclass(action.error, Exception) else failed
            case Say(kind="lifespan.startup.complete"):
                return _after(script[at + 1 :], heard, put, strict=strict)
            case Say(kind="lifespan.startup.failed"):
                return failed
            case Say() if not action.kind.startswith("lifespan."):
                return without  # it takes the lifespan for a request
            case Say(patient=False):
                return without  # refused, and so it raises
    return without


def _after(rest: Script, heard: int, put: set[str], *, strict: bool) -> Expected:
    """After `startup.complete`, until the app waits for its shutdown."""
    paused = waits = False
    at_once, later = set(put), set(put)
    stays = Expected(frozenset({"complete"}))
    ends = stays
    for action in rest:
        heard += isinstance(action, Hear)
        if heard == 2:
            waits = ends is stays
            break
        if isinstance(action, Pause):
            paused = True
        elif isinstance(action, Put):
            later.add(action.key)
            if not paused:
                at_once.add(action.key)
        elif isinstance(action, Say) and action.kind in FAILED:
            ends = _ended(paused=paused, counts=True)
            if action.kind in FAILED[:1] and not action.patient:
                break
        elif _raises(action):
            ends = _union(ends, _ended(paused=paused, counts=strict))
            break
    else:
        ends = _union(ends, _ended(paused=paused, counts=False))
    return Expected(ends.outcomes, ends.may_die, frozenset(at_once), frozenset(later), waits)


def _raises(action: Action) -> bool:
    """Whether the app ends with it: what is said after `startup.complete` is refused."""
    return isinstance(action, Leave) or (isinstance(action, Say) and not action.patient)


def _ended(*, paused: bool, counts: bool) -> Expected:
    """In the same breath as `startup.complete` it fails the startup, if it `counts`; later it is a death."""
    if paused:
        return Expected(frozenset({"complete", "failed"} if counts else {"complete"}), may_die=True)
    return Expected(frozenset({"failed" if counts else "complete"}))


def _union(one: Expected, other: Expected) -> Expected:
    """Both must be; a failed startup stays failed."""
    if one.outcomes == frozenset({"failed"}):
        return one
    if other.outcomes == frozenset({"failed"}):
        return other
    return Expected(one.outcomes | other.outcomes, one.may_die or other.may_die)
