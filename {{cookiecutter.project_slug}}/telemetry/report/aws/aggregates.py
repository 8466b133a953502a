"""Rows of Logs Insights into environments and the sums of their requests."""

from collections.abc import Iterable
from typing import Final

import numpy as np

from adapter.placement import PLACEMENTS, Placement
from telemetry.report.aws.insights import Row
from telemetry.report.read.ledger import Ledger
from telemetry.report.read.origin import environment_of
from telemetry.report.read.sums import Sums
from telemetry.report.read.totals import Totals
from telemetry.report.read.units import Unit

COLUMNS: Final = 6
"""Sums of each environment: see `Aggregates.totals`."""


class Aggregates:
    """Adds up rows, which may come in any order; an environment may have several."""

    def __init__(self, service: str | None) -> None:
        self.ledger = Ledger(service)
        self.requests = 0
        self.reported = 0
        self.collected = 0
        """Warm requests that have no record of their own, nor a report in their environment's log stream: no
        sum holds them. Complete after `totals`.
        """
        self._units: dict[tuple[str, Placement], int] = {}
        self._sums: list[list[float]] = []
        self._served: list[tuple[float, float]] = []
        """First and last request of each environment, in Unix milliseconds."""
        self._span = [np.inf, -np.inf]
        self._unrecorded: list[Row] = []
        self._collected: dict[int, int] = {}
        """By unit: what of `collected` no report has been found for."""

    def add_requests(self, rows: Iterable[Row]) -> None:
        """Add rows of `insights.REQUESTS`; those without a record wait until all environments are known."""
        for row in rows:
            if "unit" not in row:
                self._unrecorded.append(row)
                continue
            unit = self._unit(row)
            if unit is None:
                continue
            self._add(unit, row)
            self._serve(unit, row)
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
            if "experiment" in row:
                self._born(unit, _number(row, "born", np.nan))
            collected = int(_number(row, "collected"))
            self.collected += collected
            self._collected[unit] = self._collected.get(unit, 0) + collected
            if "experiment" in row:
                self.ledger.units[unit].experiment = row["experiment"]
                if planned := int(_number(row, "planned")):
                    self.ledger.planned.add(planned)

    def _serve(self, unit: int, row: Row) -> None:
        """Take when the environment served its first and its last request."""
        first, last = _number(row, "first_at", np.nan), _number(row, "last_at", np.nan)
        before = self._served[unit]
        self._served[unit] = (float(np.fmin(before[0], first)), float(np.fmax(before[1], last)))
        self._born(unit, first)

    def _born(self, unit: int, at: float) -> None:
        found = self.ledger.units[unit]
        if not np.isnan(at):
            found.born = at if found.born is None else min(found.born, at)

    def _add(self, unit: int, row: Row) -> None:
        n = _number(row, "n")
        self.requests += int(_number(row, "requests"))
        self.reported += int(n)
        init = _number(row, "init") + _number(row, "restore")
        values = (
            n, _number(row, "waited"), _number(row, "ms") + init, init, _number(row, "billed"),
            min(_number(row, "failed"), n),
        )  # fmt: skip
        self._sums[unit] = [a + b for a, b in zip(self._sums[unit], values, strict=True)]

    def _place(self, totals: Totals) -> None:
        """Add requests without a record to the environment that wrote their log stream, or count them."""
        units: dict[str, list[int]] = {}
        for (environment, _), number in self._units.items():
            units.setdefault(environment, []).append(number)
        for row in self._unrecorded:
            n = int(_number(row, "n"))
            failed = int(min(_number(row, "failed"), n))
            of = units.get(environment_of(row["stream"]), []) if "stream" in row else []
            shared, into = 0, totals.unplaced.by_arm[-1]
            if len(of) == 1:
                self._add(of[0], row)
                shared = self._found(of[0], n - failed)
                into = totals.unrecorded[PLACEMENTS.index(self.ledger.units[of[0]].placement)]
            into += np.asarray([n - failed - shared, failed, 0])  # a time-out cannot be told from a crash
            if len(of) != 1 and n:
                ms = _number(row, "ms") + _number(row, "init") + _number(row, "restore")
                totals.unplaced.user_ms[-1] += np.asarray([n - failed, failed, 0]) * ms / n
            totals.reports_without_request += n - shared
        self._unrecorded = []

    def _found(self, unit: int, ended_well: int) -> int:
        """Return how many of an environment's reports without a record are of requests that share one."""
        shared = min(self._collected.get(unit, 0), ended_well)
        self._collected[unit] = self._collected.get(unit, 0) - shared
        self.collected -= shared
        return shared

    def totals(self) -> Totals:
        """Return the sums of everything that was added."""
        arms = np.asarray([PLACEMENTS.index(unit.placement) for unit in self.ledger.units], np.int64)
        totals = Totals(Sums.zero(arms))
        self._place(totals)
        columns = np.asarray(self._sums, np.float64).reshape(len(arms), COLUMNS).T
        sums = totals.sums
        filled = (sums.n, sums.waited, sums.user, sums.init, sums.billed, sums.failed)
        for into, values in zip(filled, columns, strict=True):
            into += values  # noqa: PLW2901  # adds in place
        totals.pings = np.zeros(len(arms), np.int64)
        served = np.asarray(self._served, np.float64).reshape(len(arms), 2).T
        sums.first_at[:], sums.last_at[:] = served
        sums.recorded[:] = sums.timed[:] = sums.billed_n[:] = sums.n
        totals.first_at, totals.last_at = self._span
        totals.unreported = self.requests - self.reported
        return totals

    def _unit(self, row: Row) -> int | None:
        """Return the number of the row's environment; None for rows without an arm, or of another service."""
        arm = next((arm for arm in PLACEMENTS if arm == row.get("arm")), None)
        if arm is None or "unit" not in row:
            return None
        whose = row.get("whose", "")
        self.ledger.services.setdefault(whose, set())
        if self.ledger.service not in {None, whose}:
            return None
        number = self._units.setdefault((row["unit"], arm), len(self._units))
        if number == len(self.ledger.units):
            self.ledger.units.append(Unit(number, arm))
            self._sums.append([0.0] * COLUMNS)
            self._served.append((np.nan, np.nan))
        return number


def _number(row: Row, name: str, missing: float = 0.0) -> float:
    try:
        return float(row[name])
    except (KeyError, ValueError):
        return missing
