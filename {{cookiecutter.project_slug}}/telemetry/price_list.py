"""Lambda's prices out of AWS's own price list, as it is published for one region or for all of them.

How it is laid out: https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/reading-service-price-list-file-for-services.html
Of tiers the first is taken: what the free tier covers is no price.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

URL: Final = "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AWSLambda/current/{region}/index.json"
USAGE: Final = re.compile(r"(?:[A-Z]+[0-9]*-)?(Request|Lambda-[A-Za-z-]+?)(-ARM)?")
"""A usage type: the region's short name, which some regions leave out, what is used, and the architecture."""
NAMES: Final[Mapping[str, str]] = {
    "Request": "request",
    "Lambda-GB-Second": "gb_second",
    "Lambda-Provisioned-Concurrency": "provisioned_gb_second",
    "Lambda-Provisioned-GB-Second": "provisioned_duration_gb_second",
    "Lambda-SnapStart-Cached-GB-S": "snapstart_cached_gb_second",
    "Lambda-SnapStart-Restored-GB": "snapstart_restored_gb",
}
ANY: Final = frozenset({"snapstart_cached_gb_second", "snapstart_restored_gb"})
"""Prices that the list names once, for all architectures."""
ARCHITECTURES: Final = ("x86_64", "arm64")
NEEDED: Final = frozenset({"request", "gb_second"})
"""Without these nothing can be priced."""


class _Attributes(msgspec.Struct, frozen=True):
    usage: str = msgspec.field(name="usagetype", default="")
    region: str = msgspec.field(name="regionCode", default="")


class _Product(msgspec.Struct, frozen=True):
    attributes: _Attributes


class _Dimension(msgspec.Struct, frozen=True):
    begin: str = msgspec.field(name="beginRange", default="0")
    price: dict[str, str] = msgspec.field(name="pricePerUnit", default_factory=dict)


class _Term(msgspec.Struct, frozen=True):
    dimensions: dict[str, _Dimension] = msgspec.field(name="priceDimensions")


class PriceList(msgspec.Struct, frozen=True):
    """The file, as far as it is read."""

    date: str = msgspec.field(name="publicationDate")
    products: dict[str, _Product]
    terms: dict[str, dict[str, dict[str, _Term]]]


def rows_of(found: PriceList) -> Iterator[Mapping[str, str | float]]:
    """Yield the prices of each region and architecture that the list can price requests of.

    The keys are `date`, `region`, `architecture`, and the names of prices; what the list lacks is left out.
    """
    regions: dict[tuple[str, str], dict[str, str | float]] = {}
    for sku, product in found.products.items():
        usage, price = USAGE.fullmatch(product.attributes.usage), _price(found, sku)
        if usage is None or usage[1] not in NAMES or price is None:
            continue
        name = NAMES[usage[1]]
        mine = ("arm64",) if usage[2] else ARCHITECTURES if name in ANY else ("x86_64",)
        for architecture in mine:
            regions.setdefault((product.attributes.region, architecture), {})[name] = price
    for (region, architecture), prices in sorted(regions.items()):
        if prices.keys() >= NEEDED:
            yield {"date": found.date[:10], "region": region, "architecture": architecture, **prices}


def _price(found: PriceList, sku: str) -> float | None:
    """Return dollars of the first tier; None where there are none."""
    for term in found.terms.get("OnDemand", {}).get(sku, {}).values():
        for dimension in term.dimensions.values():
            if float(dimension.begin) == 0 and "USD" in dimension.price:
                return float(dimension.price["USD"])
    return None
