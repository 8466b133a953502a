"""What Lambda charges, and the bill of some usage.

Of AWS's own list of Lambda's prices, version 20261001184746 of 2026-10-01, as others have stored it;
first tier, in dollars:
https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AWSLambda/20261001184746/REGION/index.json

SnapStart is of the list of 2026-09-19, which has one price for both architectures, and log lines are of
CloudWatch's of 2026-09-22. What is not known is None, and what needs it is not priced. `--prices FILE` brings
others: AWS's own list of a region, or some in the same words.

Only `choose` and the lab on Lambda go by it; it is not deployed.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from telemetry.price_list import URL, PriceList, rows_of

REGION: Final = "us-east-1"
ARCHITECTURE: Final = "x86_64"
"""Whose prices are taken where nothing names others; so `REGION`."""
MONTH: Final = 730 * 3600.0
"""Seconds; AWS's own calculator takes as many hours."""
FREE_REQUESTS: Final = 1e6
FREE_GB_SECONDS: Final = 4e5


class PricesError(Exception):
    """There is no price to go by; the text says what to do."""


class Prices(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Dollars in one region for one architecture; GB are of configured memory."""

    date: str
    """Of the price list."""
    region: str
    architecture: str
    request: float
    gb_second: float
    provisioned_gb_second: float | None = None
    """For each second that it is provisioned."""
    provisioned_duration_gb_second: float | None = None
    """While it serves requests."""
    snapstart_cached_gb_second: float | None = None
    snapstart_restored_gb: float | None = None
    log_gb: float | None = None
    """Of lines that CloudWatch Logs takes in."""


DATE: Final = "2026-10-01"
KEPT: Final = 1.5046e-6
RESTORED: Final = 1.397998e-4
"""Of a snapshot, where SnapStart's price is known."""
TABLE: Final = (  # request, GB-second; provisioned, serving; snapshot kept, restored; GB of log
    Prices(DATE, "us-east-1", "x86_64", 2e-7, 1.66667e-5, 4.1667e-6, 9.7222e-6, KEPT, RESTORED, 0.5),
    Prices(DATE, "us-east-1", "arm64", 2e-7, 1.33334e-5, 3.3334e-6, 7.7778e-6, KEPT, RESTORED, 0.5),
    Prices(DATE, "eu-west-1", "x86_64", 2e-7, 1.66667e-5, 4.6460e-6, 1.08407e-5, log_gb=0.57),
    Prices(DATE, "eu-west-1", "arm64", 2e-7, 1.33334e-5, 3.7168e-6, 8.6726e-6, log_gb=0.57),
    Prices(DATE, "eu-central-1", "x86_64", 2e-7, 1.66667e-5, 5.0147e-6, 1.17011e-5),
    Prices(DATE, "eu-central-1", "arm64", 2e-7, 1.33334e-5, 4.0118e-6, 9.3609e-6),
    Prices(DATE, "ap-northeast-1", "x86_64", 2e-7, 1.66667e-5, 5.3835e-6, 1.25615e-5, KEPT, RESTORED, 0.76),
    Prices(DATE, "ap-northeast-1", "arm64", 2e-7, 1.33334e-5, 4.3068e-6, 1.00492e-5, KEPT, RESTORED, 0.76),
)


@dataclass(frozen=True, slots=True)
class Usage:
    """What is charged in some time; durations in seconds of billed time."""

    requests: float
    seconds: float
    """On demand, INIT included."""
    gb: float
    """Memory of one environment."""
    provisioned_seconds: float = 0.0
    """Of all provisioned environments together."""
    provisioned_busy_seconds: float = 0.0
    cached_seconds: float = 0.0
    """For which a snapshot of one version is kept."""
    restores: float = 0.0
    log_gb: float = 0.0


def dollars(prices: Prices, usage: Usage, *, free_tier: bool = False) -> float | None:
    """Return the bill; None where a price that it needs is not known.

    The free tier is that of a month and of the whole account. It does not cover what provisioned
    environments serve.
    """
    requests, gb_seconds = usage.requests, usage.seconds * usage.gb
    if free_tier:
        requests, gb_seconds = max(0.0, requests - FREE_REQUESTS), max(0.0, gb_seconds - FREE_GB_SECONDS)
    parts = (
        (requests, prices.request),
        (gb_seconds, prices.gb_second),
        (usage.provisioned_seconds * usage.gb, prices.provisioned_gb_second),
        (usage.provisioned_busy_seconds * usage.gb, prices.provisioned_duration_gb_second),
        (usage.cached_seconds * usage.gb, prices.snapstart_cached_gb_second),
        (usage.restores * usage.gb, prices.snapstart_restored_gb),
        (usage.log_gb, prices.log_gb),
    )
    total = 0.0
    for amount, price in parts:
        if amount and price is None:
            return None
        total += amount * (price or 0.0)
    return total


def prices_of(region: str, architecture: str, file: Path | None) -> Prices:
    """Find the prices of a region: in a file if one is given, else in the table.

    AWS's own list of Lambda's prices has none of log lines; what the table knows of them is added.

    Raises:
        PricesError: There are none, or the file is not as it should be.
    """
    table = TABLE if file is None else _read(file)
    for prices in table:
        if (prices.region, prices.architecture) == (region, architecture):
            return _with_logs(prices)
    known = ", ".join(f"{prices.region} {prices.architecture}" for prices in table) or "nothing"
    raise PricesError(
        f"no prices of {region} {architecture}; there are those of {known}. AWS's own: "
        f"curl -o prices.json {URL.format(region=region)}, then --prices prices.json. "
        "`report` and `choose` can take those of another region, by --region and --architecture."
    )


def _with_logs(prices: Prices) -> Prices:
    known = (row.log_gb for row in TABLE if row.region == prices.region and prices.log_gb is None)
    return msgspec.structs.replace(prices, log_gb=next(known, prices.log_gb))


def _read(file: Path) -> tuple[Prices, ...]:
    try:
        found = msgspec.json.decode(file.read_bytes(), type=tuple[Prices, ...] | PriceList)
        rows = tuple(rows_of(found)) if isinstance(found, PriceList) else found
        return msgspec.convert(rows, tuple[Prices, ...])
    except OSError as error:
        raise PricesError(f"{file}: cannot be read ({error.strerror}).") from error
    except (msgspec.DecodeError, ValueError) as error:
        raise PricesError(
            f"{file}: no list of prices ({error}). It is AWS's own, or a list as docs/choose.md shows."
        ) from error
