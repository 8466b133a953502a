"""Measures what is saved if an import stands in the functions that use it: the app runs with it moved.

Environments of the app as it is and with one import moved take turns in random order. What a package takes to
import says less: others may import it, too, or what it imports in turn.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import BinaryIO, Final

from telemetry.lab.imports.children import OwnImport, Survey, Target, survey, write_plans
from telemetry.lab.imports.importers import short_place
from telemetry.lab.imports.moved_code import UNMOVED
from telemetry.lab.imports.serving import Event, NotServedError, Served, serve, serve_watched
from telemetry.lab.imports.signed_rank import Shift, shift
from telemetry.lab.platform.throttle import Throttle
from telemetry.progress import Advance

MOST: Final = 5
"""Packages that are tried where none is named: the dearest ones."""
SHOWN_PLACES: Final = 3
SEED: Final = 7


@dataclass(frozen=True, slots=True)
class Saving:
    """What was measured of one package. Above 0: the app as it is takes longer."""

    package: str
    imports: tuple[OwnImport, ...]
    """All of them were moved."""
    init_ms: Shift
    requests_ms: Shift
    """Of an environment's first request of each event, all together."""
    environments: int
    """With the import moved; as many as it is."""
    unmoved_init_ms: float
    """The median INIT of the app as it is."""


@dataclass(frozen=True, slots=True)
class NoSaving:
    """Why nothing was measured of a package."""

    package: str
    imports: tuple[OwnImport, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Load:
    """What each environment serves, and where."""

    events: Sequence[Event]
    log: BinaryIO
    throttle: Throttle | None
    environments: int
    """Of each kind: as it is, and with each package moved."""


def candidates(found: Survey, whole_ms: Mapping[str, float], named: Sequence[str]) -> list[str]:
    """Return the packages to try: those that are named, else the dearest that can be moved.

    Args:
        found: What imports what.
        whole_ms: By package, what its import takes with what it was the first to import.
        named: By the user; what cannot be moved of these is told by `obstacle`.
    """
    if named:
        return [name for name in named if found.movable(name)]
    movable = [name for name in found.own_imports if found.movable(name) and name in whole_ms]
    return sorted(movable, key=lambda name: -whole_ms[name])[:MOST]


def obstacle(found: Survey, package: str) -> str:
    """Say why a package's imports cannot be moved; nothing if they can."""
    if found.movable(package):
        return ""
    if package in found.own or package in found.stdlib:
        return "only packages that are installed are tried"
    for each in found.own_imports.get(package, ()):
        if each.obstacle:
            return f"{Path(each.file).name}, {each.obstacle}"
    if package in found.importers:
        return "no file of the app itself imports it while it is imported"
    if names := _imported_as(found, package):
        return f"its code is imported as {', '.join(names)}; name that"
    return "the app and its startup do not import it"


def _imported_as(found: Survey, name: str) -> list[str]:
    """Return the packages that somebody means who names one of their modules, or what pip installs."""
    whole = name.partition(".")[0]
    if whole != name and whole in found.importers:
        return [whole]
    return sorted(found.installed_by([name]) & found.importers.keys())


async def check_moves(
    target: Target, found: Survey, packages: Sequence[str], load: Load
) -> tuple[list[str], list[NoSaving]]:
    """Return the packages that are gone from INIT if moved, and why the others are not to be measured.

    Raises:
        NotServedError: The app does not start as it is.
        UsageError: The app's process fails where nothing is moved.
    """
    files = {name: [each.file for each in found.own_imports[name]] for name in packages}
    await write_plans(target, files)
    usual = (await serve_watched(target.with_plan(UNMOVED), load.events, load.log)).served
    gone, kept = [], []
    for package in packages:
        reason = await _still_there(target.with_plan(package), found, package)
        reason = reason or await _goes_wrong(target.with_plan(package), package, usual, load)
        if reason:
            kept.append(NoSaving(package, found.own_imports[package], reason))
        else:
            gone.append(package)
    return gone, kept


async def measure_savings(
    target: Target, found: Survey, packages: Sequence[str], load: Load, advance: Advance
) -> list[Saving]:
    """Run blocks of one environment of each kind: the app as it is, and with each package moved.

    Raises:
        NotServedError: The app does not start.
    """
    kinds = (UNMOVED, *packages)
    init: dict[str, list[float]] = {kind: [] for kind in kinds}
    requests: dict[str, list[float]] = {kind: [] for kind in kinds}
    order = random.Random(SEED)  # noqa: S311 # repeatable on purpose, keeps no secret
    for _ in range(load.environments):
        for kind in order.sample(kinds, k=len(kinds)):
            served = await serve(target.with_plan(kind), load.events, load.log, load.throttle)
            if served.init_ms is None:
                limit = target.function.init_timeout
                raise NotServedError(f"INIT took more than {limit:.0f} s")
            init[kind].append(served.init_ms)
            requests[kind].append(served.requests_ms)
            advance()
    return [
        Saving(
            package,
            found.own_imports[package],
            init_ms=_shift(init, package),
            requests_ms=_shift(requests, package),
            environments=load.environments,
            unmoved_init_ms=median(init[UNMOVED]),
        )
        for package in packages
    ]


def _shift(ms: Mapping[str, Sequence[float]], package: str) -> Shift:
    pairs = zip(ms[UNMOVED], ms[package], strict=True)
    return shift([unmoved - moved for unmoved, moved in pairs])


async def _still_there(target: Target, found: Survey, package: str) -> str:
    """Say who else imports a package before the startup has ended; nothing if nobody does."""
    after = await survey(target)
    if package not in after.loaded:
        return ""
    places = after.importers.get(package, ())
    others = [place for place in places if place.package not in found.own] or list(places)
    told = ", ".join(short_place(place.file, place.line, target.folders) for place in others[:SHOWN_PLACES])
    if any(place.package not in found.own for place in others):
        return f"moving its import alone saves nothing: INIT imports it all the same, at {told}"
    return f"moving its import saves nothing: INIT itself uses it{told and ', at '}{told}"


async def _goes_wrong(target: Target, package: str, usual: Served, load: Load) -> str:
    """Say what is different about an app with an import moved; nothing if it serves as usual without it."""
    try:
        watched = await serve_watched(target, load.events, load.log)
    except NotServedError as error:
        return f"not measured: with the import moved, {error}"
    if package in watched.loaded:
        return "moving its import alone saves nothing: the adapter imports it, too"
    for now, before in zip(watched.served.failures, usual.failures, strict=True):
        if now != before:
            told = f"a request ends with {now or 'success'}, and as it is with {before or 'success'}"
            return f"not measured: with the import moved, {told}"
    return ""
