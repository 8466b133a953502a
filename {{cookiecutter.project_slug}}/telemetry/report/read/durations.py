"""The duration of every request by environment, in a few bytes on disk: what percentiles need."""

from collections.abc import Iterator

import numpy as np

from telemetry.report.read.columns import Numbers, SpillingTable, Vector
from telemetry.report.read.sums import BINS, bins_of


class Durations:
    """Durations as bins of `sums.Histogram`, with the unit of each; memory does not grow with requests."""

    def __init__(self) -> None:
        self._rows = SpillingTable("unit", unit="i4", bin="i4")

    def add(self, units: Numbers, ms: Vector) -> None:
        """Keep the durations of some requests."""
        rows = np.empty(len(units), self._rows.dtype)
        rows["unit"], rows["bin"] = units, bins_of(ms)
        self._rows.extend(rows)

    def histogram(self, weights: Vector) -> Vector:
        """Return the weight of all durations by bin, each with the weight of its unit."""
        found = np.zeros(BINS)
        for units, bins in self._parts():
            found += np.bincount(bins, weights[units], minlength=BINS)
        return found

    def up_to(self, bins_by_unit: Numbers) -> Vector:
        """Count, by unit, the durations that are in the given bin of the unit or below."""
        found = np.zeros(len(bins_by_unit))
        for units, bins in self._parts():
            found += np.bincount(units, bins <= bins_by_unit[units], minlength=len(found))
        return found

    def _parts(self) -> Iterator[tuple[Numbers, Numbers]]:
        for number in range(self._rows.parts):
            rows = self._rows.part(number, self._rows.parts)
            yield rows["unit"].astype(np.int64), rows["bin"].astype(np.int64)
