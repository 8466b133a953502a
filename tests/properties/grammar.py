"""In what order facts may come."""

from collections.abc import Sequence

from adapter.facts import (
    EnvironmentEnded,
    EnvironmentStarted,
    Fact,
    InvocationBegan,
    InvocationEnded,
    LifespanDied,
    ShutdownBegan,
    ShutdownEnded,
    StartupBegan,
    StartupEnded,
)

BEGAN = (StartupBegan, InvocationBegan, ShutdownBegan)
ENDED = (StartupEnded, InvocationEnded, ShutdownEnded)


def faults(facts: Sequence[Fact]) -> list[str]:
    """What is wrong with them, in words."""
    if not facts:
        return []
    found = []
    kinds = [type(fact) for fact in facts]
    if kinds[0] is not EnvironmentStarted or kinds.count(EnvironmentStarted) > 1:
        found.append("not one start, at the beginning")
    if kinds[-1] is not EnvironmentEnded or kinds.count(EnvironmentEnded) > 1:
        found.append("not one end, at the end")
    return found + _nesting(facts) + _lifespans(facts)


def deaths(facts: Sequence[Fact], over: Sequence[set[int]]) -> list[str]:
    """A lifespan that has ended since its startup serves no event that comes later, and is told nothing.

    `over` are the ordinals of those that had ended at each fact.
    """
    found = []
    alive: set[int] = set()
    for fact, ended in zip(facts, over, strict=True):
        if isinstance(fact, StartupEnded) and fact.outcome == "complete":
            alive |= {fact.began.ordinal} - ended
        elif isinstance(fact, LifespanDied):
            alive.discard(fact.ordinal)
        elif isinstance(fact, ShutdownBegan) and fact.ordinal in alive:
            alive.discard(fact.ordinal)
            if fact.ordinal in ended:
                found.append(f"shut down when over: {fact}")
        elif isinstance(fact, InvocationBegan):
            doomed = alive & ended
        elif isinstance(fact, InvocationEnded):
            found += [f"died unnoticed: {ordinal}" for ordinal in doomed & alive]
    return found


def _nesting(facts: Sequence[Fact]) -> list[str]:
    """Every end closes what began last, and everything that began has ended."""
    open_: list[Fact] = []
    for fact in facts:
        if isinstance(fact, BEGAN):
            open_.append(fact)
        elif isinstance(fact, ENDED) and (not open_ or open_.pop() is not fact.began):
            return [f"an end out of order: {fact}"]
    return [f"no end of {fact}" for fact in open_]


def _lifespans(facts: Sequence[Fact]) -> list[str]:
    """Ordinals count up; only what is up can die or be shut down, and only one of both, once."""
    begun = [fact.ordinal for fact in facts if isinstance(fact, StartupBegan)]
    found = [] if begun == [*range(1, len(begun) + 1)] else [f"ordinals {begun}"]
    up: set[int] = set()
    for fact in facts:
        if isinstance(fact, StartupEnded) and fact.outcome == "complete":
            up.add(fact.began.ordinal)
        elif isinstance(fact, LifespanDied | ShutdownBegan):
            if fact.ordinal not in up:
                found.append(f"not up: {fact}")
            up.discard(fact.ordinal)
    indices = [fact.index for fact in facts if isinstance(fact, InvocationBegan)]
    if indices != [*range(1, len(indices) + 1)]:
        found.append(f"indices {indices}")
    return found
