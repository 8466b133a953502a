"""What a process has that is its own: taken before a snapshot, and compared after the restore.

It is loaded by path in the function's own process, and imports nothing but its neighbours and the standard
library.
"""

import contextlib
import os
import random
import socket
import uuid
from collections import Counter
from collections.abc import Collection, Iterator
from typing import Any, Final, NamedTuple

from telemetry.lab.snapshot.generators import State, goes_on, is_of_numpy, state_of
from telemetry.lab.snapshot.memory import Memory
from telemetry.lab.snapshot.resources import Connection, Timer, connections, timers
from telemetry.lab.snapshot.values import DRAWN, Clocks, digest, identifier_kind

GENERATOR: Final = "random generator"
CONNECTION: Final = "connection"
TIMER: Final = "timer"
MOST_ALIKE: Final = 5
"""Values of one kind in one container that are told apart."""
MOST_PLACES: Final = 500
"""Values that are told apart in all; of the others only the number is told."""


class Finding(NamedTuple):
    """Something that every copy of the snapshot has, too."""

    kind: str
    place: str
    """Which names lead to it; empty where none do."""
    holder: str
    """The package of the module or of the class that keeps it; empty where nothing is known to."""
    digest: str
    """Stands for a value or the state of a generator; empty for what has none."""
    more: int = 0
    """Others of its kind in the same container, which are not told apart."""


class Inventory(NamedTuple):
    """What a process had at one moment. It keeps nothing alive that matters."""

    values: dict[str, str]
    """Kinds, by digest."""
    generators: dict[int, tuple[Any, State]]
    """With the objects, so that no other one gets the id of one of them."""
    connections: list[Connection]
    timers: list[Timer]


def inventory(clocks: Clocks, own_api: str, *, draws: bool = True) -> Inventory:
    """Look at the whole process, and if it `draws` from it at the generator of the module `random`."""
    found = Inventory({}, {}, connections(own_api), [])
    held = []
    for one, parent in Memory().objects():
        held.append(one)
        if (kind := _kind(one, parent, clocks)) is not None:
            found.values[digest(one)] = kind
        elif (state := state_of(one)) is not None:
            found.generators[id(one)] = one, state
    if draws:
        found.generators.update(_global_generator())
    found.timers.extend(timers(held))
    return found


def present(known: Collection[str]) -> set[str]:
    """Return which of these digests stand for something that this process has, whatever it is."""
    found = set()
    for one, _ in Memory().objects():
        if isinstance(one, DRAWN):
            found.add(digest(one))
        elif (state := state_of(one)) is not None:
            found.add(digest(state))
    found.update(digest(state) for _, state in _global_generator().values())
    return found & set(known)


def compared(before: Inventory, clocks: Clocks) -> tuple[list[Finding], dict[str, int]]:
    """Return what is as it was in `before`, and the number of other things, by kind: they were renewed."""
    memory = Memory()
    walked = list(memory.objects())
    kept = [*_values(before, walked, memory, clocks), *_generators(before, walked, memory)]
    kept += _connections(before, walked, memory)
    armed = {id(one.armed) for one in timers([one for one, _ in walked])}
    kept += [Finding(TIMER, one.name, "", "") for one in before.timers if id(one.armed) in armed]
    had = Counter(before.values.values())
    had[GENERATOR] += len(before.generators)
    had[CONNECTION] += len(before.connections)
    had[TIMER] += len(before.timers)
    for one in kept:
        had[one.kind] -= 1 + one.more
    return kept, dict(+had)


def _kind(one: Any, parent: Any, clocks: Clocks) -> str | None:
    if _is_settled(one, parent):
        return None
    return clocks.kind_of(one) or identifier_kind(one)


def _is_settled(one: Any, parent: Any) -> bool:
    """Whether a value comes from the environment, or is a part of what is looked at as a whole."""
    if isinstance(one, str) and one in os.environ.values():
        return True
    return isinstance(parent, uuid.UUID) or is_of_numpy(parent)


def _values(
    before: Inventory, walked: list[tuple[Any, Any]], memory: Memory, clocks: Clocks
) -> Iterator[Finding]:
    found: dict[tuple[int, str], list[Any]] = {}
    for one, parent in walked:
        if (kind := _kind(one, parent, clocks)) is not None and digest(one) in before.values:
            found.setdefault((id(parent), kind), []).append(one)
    left = MOST_PLACES
    for (_, kind), same in found.items():
        shown = same[: max(1, min(MOST_ALIKE, left))]
        left -= len(shown)
        for one in shown:
            more = len(same) - len(shown) if one is shown[-1] else 0
            yield Finding(kind, memory.place(one), memory.holder(one), digest(one), more)


def _generators(before: Inventory, walked: list[tuple[Any, Any]], memory: Memory) -> Iterator[Finding]:
    now = {id(one): one for one, _ in walked}
    now.update({key: one for key, (one, _) in _global_generator().items()})
    for key, (one, was) in before.generators.items():
        state = state_of(one) if key in now else None
        if state is not None and goes_on(was, state):
            yield Finding(GENERATOR, memory.place(one) or "random", memory.holder(one), digest(was))


def _connections(before: Inventory, walked: list[tuple[Any, Any]], memory: Memory) -> Iterator[Finding]:
    places = {}
    for one, _ in walked:
        if isinstance(one, socket.socket):
            with contextlib.suppress(OSError):
                places[os.fstat(one.fileno()).st_ino] = memory.place(one)
    for found in before.connections:
        if _is_open(found.inode):
            place = places.get(found.inode, "")
            yield Finding(CONNECTION, f"to {found.peer}" + (f", {place}" if place else ""), "", "")


def _is_open(inode: int) -> bool:
    for name in os.listdir("/dev/fd"):  # noqa: PTH208 # a path of its own would be one more descriptor
        with contextlib.suppress(OSError, ValueError):
            if os.fstat(int(name)).st_ino == inode:
                return True
    return False


def _global_generator() -> dict[int, tuple[Any, State]]:
    """Return the generator of the module `random`, to which no module of the app need lead."""
    one = random._inst  # noqa: SLF001 # `random.seed` is a method of it
    state = state_of(one)
    return {} if state is None else {id(one): (one, state)}
