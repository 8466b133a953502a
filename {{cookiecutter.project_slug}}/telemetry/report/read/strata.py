"""Versions and memory sizes: environments that differ in them are not averaged without a word."""

from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from telemetry.report.read.columns import Numbers
from telemetry.report.read.ledger import Ledger
from telemetry.report.read.sums import Sums


class Stratum(NamedTuple):
    """What environments have in common; None where neither records nor platform say it."""

    version: str | None
    memory_mb: float | None


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

    Where only one version is known, environments that do not say theirs are taken to be of it; so for memory.
    """
    served = [unit for unit in ledger.units if sums.n[unit.number] > 0]
    versions = {unit.version for unit in served} - {None}
    memories = {unit.number: unit.memory_mb or _known(sums.memory_mb[unit.number]) for unit in served}
    sizes = set(memories.values()) - {None}
    version = next(iter(versions)) if len(versions) == 1 else None
    memory = next(iter(sizes)) if len(sizes) == 1 else None
    own = {unit.number: Stratum(unit.version or version, memories[unit.number] or memory) for unit in served}
    found = sorted(set(own.values()), key=_order)
    positions = {stratum: position for position, stratum in enumerate(found)}
    of_unit = np.full(len(ledger.units), -1, np.int64)
    for number, stratum in own.items():
        of_unit[number] = positions[stratum]
    return Strata(of_unit, found)


def _order(stratum: Stratum) -> tuple[int, str, float]:
    """Sort versions as numbers: 9 before 10."""
    version = stratum.version or ""
    number = int(version) if version.isascii() and version.isdecimal() and len(version) < 10 else -1
    return number, version, stratum.memory_mb or 0.0


def _known(value: float) -> float | None:
    return float(value) if value > 0 else None
