"""Versions, memory sizes and the like: environments that differ in them are not simply averaged."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import numpy as np

from adapter.placement import PlacementError, parse_weights
from telemetry.report.read.columns import Numbers
from telemetry.report.read.environments import init_types
from telemetry.report.read.ledger import Ledger
from telemetry.report.read.records import place_of
from telemetry.report.read.sums import Sums
from telemetry.report.read.units import Unit

Known = TypeVar("Known", str, float)


class Stratum(NamedTuple):
    """What environments have in common; None where neither records nor platform say it."""

    version: str | None
    memory_mb: float | None
    weights: str | None = None
    """Shares of the arms that the experiment declared; None where all environments have the same."""
    init_type: str | None = None
    """In a lab run that has several; else None."""


@dataclass(frozen=True, slots=True)
class Strata:
    """The stratum of each environment that served a request."""

    of_unit: Numbers
    """Position in `found`; -1 for units without requests."""
    found: list[Stratum]


def memory_sizes(ledger: Ledger) -> Counter[float]:
    """Count the environments that are judged by the memory size that their records tell."""
    judged = (unit for unit in ledger.units if ledger.function in {None, unit.function})
    return Counter(unit.memory_mb for unit in judged if unit.memory_mb is not None)


def strata_of(ledger: Ledger, sums: Sums) -> Strata:
    """Group the environments that served requests.

    Where only one version is known, environments that do not say theirs are taken to be of it; so for memory
    and for weights. A lab run on Lambda publishes versions of its own, all of one code: they are no strata.
    """
    n, told = sums.n.tolist(), sums.memory_mb.tolist()
    served = [unit for unit in ledger.units if n[unit.number] > 0]
    versions = {unit.number: None if _publishes(ledger) else unit.version for unit in served}
    version = _only(versions.values())
    memories = {unit.number: unit.memory_mb or _known(told[unit.number]) for unit in served}
    memory = _only(memories.values())
    texts = {text: _shares(text) for text in {unit.experiment for unit in served} if text is not None}
    several = len(set(texts.values()) - {None}) > 1
    types = _types(ledger, served)
    own = [
        (
            versions[unit.number] or version,
            memories[unit.number] or memory,
            texts[unit.experiment] if several and unit.experiment is not None else None,
            types[unit.number],
        )
        for unit in served
    ]
    found = sorted((Stratum(*one) for one in set(own)), key=_order)
    positions = {tuple(stratum): position for position, stratum in enumerate(found)}
    of_unit = np.full(len(ledger.units), -1, np.int64)
    of_unit[[unit.number for unit in served]] = [positions[one] for one in own]
    return Strata(of_unit, found)


def _publishes(ledger: Ledger) -> bool:
    return bool(ledger.labs) and place_of(ledger.labs) != "lab"


def _types(ledger: Ledger, served: Iterable[Unit]) -> dict[int, str | None]:
    """Return how each unit was initialised, where a lab run compares several ways."""
    found = init_types(ledger)
    types = {unit.number: found[unit.number] for unit in served}
    several = bool(ledger.labs) and len(set(types.values())) > 1
    return types if several else dict.fromkeys(types)


def _only(values: Iterable[Known | None]) -> Known | None:
    """Return the only value that is known, or None where there are none or several."""
    known = {value for value in values if value is not None}
    return next(iter(known)) if len(known) == 1 else None


def _shares(experiment: str) -> str | None:
    """Write the shares of the arms in one order: `init=1,first_invocation=1` declares what 50 and 50 do."""
    try:
        weights = parse_weights(experiment)
    except PlacementError:
        return None
    whole = sum(weights.values())
    return ", ".join(f"{arm} {weight / whole:.4g}" for arm, weight in sorted(weights.items()))


def _order(stratum: Stratum) -> tuple[int, str, float, str, str]:
    """Sort versions as numbers: 9 before 10."""
    version = stratum.version or ""
    number = int(version) if version.isascii() and version.isdecimal() and len(version) < 10 else -1
    return number, version, stratum.memory_mb or 0.0, stratum.weights or "", stratum.init_type or ""


def _known(value: float) -> float | None:
    return value if value > 0 else None
