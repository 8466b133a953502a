"""Rows of Logs Insights into environments and the sums of their requests."""

from collections.abc import Iterable

import numpy as np

from adapter.placement import PLACEMENTS, Placement
from telemetry.report.aws.insights import Row
from telemetry.report.read.ledger import Ledger
from telemetry.report.read.sums import Sums
from telemetry.report.read.totals import Totals
from telemetry.report.read.units import Unit


class Aggregates:
    """Adds up rows, which may come in any order; an environment may have several."""

    def __init__(self, service: str | None) -> None:
        self.ledger = Ledger(service)
        self.requests = 0
        self.reported = 0
        self.collected = 0
        """Warm requests that have no record of their own, so that no sum holds them."""
        self._units: dict[tuple[str, Placement], int] = {}
        self._sums: list[list[float]] = []
        self._span = [np.inf, -np.inf]

    def add_requests(self, rows: Iterable[Row]) -> None:
        """Add rows of `insights.REQUESTS`; reports without a record belong to no environment."""
        for row in rows:
            unit = self._unit(row)
            if unit is None:
                continue
            n = _number(row, "n")
            self.requests += int(_number(row, "requests"))
            self.reported += int(n)
            init = _number(row, "init") + _number(row, "restore")
            values = (n, _number(row, "waited"), _number(row, "ms") + init, init, _number(row, "billed"))
            self._sums[unit] = [a + b for a, b in zip(self._sums[unit], values, strict=True)]
            self._span = [
                min(self._span[0], _number(row, "first_at", np.inf)),
                max(self._span[1], _number(row, "last_at", -np.inf)),
            ]

    def add_environments(self, rows: Iterable[Row]) -> None:
        """Add rows of `insights.ENVIRONMENTS`."""
        for row in rows:
            unit = self._unit(row)
            if unit is None:
                continue
            self.collected += int(_number(row, "collected"))
            if "experiment" in row:
                self.ledger.units[unit].experiment = row["experiment"]
                if planned := int(_number(row, "planned")):
                    self.ledger.planned.add(planned)

    def totals(self) -> Totals:
        """Return the sums of everything that was added."""
        arms = np.asarray([PLACEMENTS.index(unit.placement) for unit in self.ledger.units], np.int64)
        totals = Totals(Sums.zero(arms))
        columns = np.asarray(self._sums, np.float64).reshape(len(arms), 5).T
        sums = totals.sums
        filled = (sums.n, sums.waited, sums.user, sums.init, sums.billed)
        for into, values in zip(filled, columns, strict=True):
            into += values  # noqa: PLW2901  # adds in place
        totals.pings = np.zeros(len(arms), np.int64)
        sums.timed[:] = sums.billed_n[:] = sums.n
        totals.first_at, totals.last_at = self._span
        totals.unreported = self.requests - self.reported
        return totals

    def _unit(self, row: Row) -> int | None:
        """Return the number of the row's environment; None for rows without an arm, or of another service."""
        arm = next((arm for arm in PLACEMENTS if arm == row.get("arm")), None)
        if arm is None or "unit" not in row:
            return None
        whose = row.get("whose", "")
        self.ledger.services.setdefault(whose)
        if self.ledger.service not in {None, whose}:
            return None
        number = self._units.setdefault((row["unit"], arm), len(self._units))
        if number == len(self.ledger.units):
            self.ledger.units.append(Unit(number, arm))
            self._sums.append([0.0] * 5)
        return number


def _number(row: Row, name: str, missing: float = 0.0) -> float:
    try:
        return float(row[name])
    except (KeyError, ValueError):
        return missing
