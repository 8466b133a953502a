"""The arm of a request that has a report alone, told by the version of the function that served it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from adapter.placement import PLACEMENTS
from telemetry.report.read.columns import Flags, Numbers
from telemetry.report.read.ledger import Ledger


class VersionArms:
    """Knows the arm that each version has; where it has several or none, the position after all arms."""

    def __init__(self, ledger: Ledger, judged: Flags) -> None:
        arms: dict[str, set[int]] = {}
        for unit in ledger.units:
            if unit.version is not None and judged[unit.number]:
                arms.setdefault(unit.version, set()).add(PLACEMENTS.index(unit.placement))
        found = (arms.get(version, set()) for version in ledger.version_names)
        self._arms = np.asarray(
            [next(iter(one)) if len(one) == 1 else len(PLACEMENTS) for one in found], np.int64
        )

    def of(self, keys: Numbers, versions: NDArray[Any]) -> Numbers:
        """Return the arm of each request whose version has one arm alone; else the position after all arms.

        Args:
            keys: Of the requests.
            versions: What the platform said as requests began: keys and versions.
        """
        arms = np.full(len(keys), len(PLACEMENTS), np.int64)
        if len(versions) and len(self._arms):
            versions = versions[np.argsort(versions["key"], kind="stable")]
            at = np.minimum(np.searchsorted(versions["key"], keys), len(versions) - 1)
            same = versions["key"][at] == keys
            arms[same] = self._arms[versions["version"][at[same]]]
        return arms
