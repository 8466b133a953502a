"""What a million requests of a configuration cost, and what it costs to keep it ready."""

from dataclasses import dataclass
from typing import Final

from telemetry.prices import MONTH, Prices
from telemetry.report.estimate.configurations.cells import Configuration
from telemetry.report.read.records import PROVISIONED, SNAP_START

MILLION: Final = 1e6
MB: Final = 1024
ON_DEMAND: Final = "on-demand"


@dataclass(frozen=True, slots=True)
class Rate:
    """Dollars of a million requests, by how long a request is billed."""

    fixed: float
    by_ms: float
    monthly: float | None
    """What one snapshot, or one provisioned environment, costs while it is kept for a month; 0 on demand.
    None where that price is not known.
    """

    def dollars(self, billed_ms: float) -> float:
        """Return the bill of a million requests."""
        return self.fixed + self.by_ms * billed_ms


def rate_of(configuration: Configuration, prices: Prices | None, cold_share: float) -> Rate | None:
    """Return what is charged; None where a price is not known, or the init type is another one.

    Args:
        configuration: What is charged for.
        prices: Of the region and the architecture; None where they are not known.
        cold_share: Of requests that wait for a snapshot to be restored, where there are snapshots.
    """
    if prices is None:
        return None
    gb, init_type = configuration.settings.memory_mb / MB, configuration.settings.init_type
    second, fixed = prices.gb_second, prices.request
    if init_type == SNAP_START:
        restored, cached = prices.snapstart_restored_gb, prices.snapstart_cached_gb_second
        if restored is None:
            return None
        fixed, kept = fixed + cold_share * gb * restored, cached
    elif init_type == PROVISIONED:
        if prices.provisioned_duration_gb_second is None:
            return None
        second, kept = prices.provisioned_duration_gb_second, prices.provisioned_gb_second
    elif init_type in {None, ON_DEMAND}:
        kept = 0.0
    else:
        return None
    monthly = None if kept is None else kept * gb * MONTH
    return Rate(MILLION * fixed, MILLION * second * gb / 1000, monthly)
