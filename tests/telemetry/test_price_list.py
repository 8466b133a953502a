"""AWS's own price list: a few entries as AWS writes them."""

from collections.abc import Mapping

import msgspec
import pytest

from telemetry.price_list import PriceList, rows_of


def product(usage: str, region: str = "ap-northeast-1") -> dict[str, object]:
    return {"productFamily": "Serverless", "attributes": {"usagetype": usage, "regionCode": region}}


def term(*tiers: tuple[str, str]) -> dict[str, object]:
    dimensions = {
        f"{n}": {"beginRange": begin, "pricePerUnit": {"USD": usd}} for n, (begin, usd) in enumerate(tiers)
    }
    return {"term": {"priceDimensions": dimensions, "offerTermCode": "JRTCKXETXF"}}


def aws_list(prices: Mapping[str, tuple[dict[str, object], dict[str, object]]]) -> dict[str, object]:
    return {
        "offerCode": "AWSLambda",
        "publicationDate": "2026-10-01T18:47:46Z",
        "products": {sku: one for sku, (one, _) in prices.items()},
        "terms": {"OnDemand": {sku: two for sku, (_, two) in prices.items()}},
    }


TOKYO = aws_list({
    "A": (product("APN1-Request"), term(("0", "0.0000002000"))),
    "B": (product("APN1-Lambda-GB-Second"), term(("6000000000", "0.0000150000"), ("0", "0.0000166667"))),
    "C": (product("APN1-Lambda-GB-Second-ARM"), term(("0", "0.0000133334"))),
    "D": (product("APN1-Request-ARM"), term(("0", "0.0000002000"))),
    "E": (product("APN1-Lambda-Provisioned-Concurrency-ARM"), term(("0", "0.0000043068"))),
    "F": (product("APN1-Lambda-Provisioned-GB-Second-ARM"), term(("0", "0.0000100492"))),
    "G": (product("APN1-Lambda-SnapStart-Cached-GB-S"), term(("0", "0.0000015046"))),
    "H": (product("Global-Request", ""), term(("0", "0.0000000000"))),
    "I": (product("APN1-Lambda-Edge-Request"), term(("0", "0.0000006000"))),
    "J": (product("APN1-Lambda-Storage-GB-Second-ARM"), term(("0", "0.0000000370"))),
})  # fmt: skip


def rows(document: object) -> list[Mapping[str, str | float]]:
    return list(rows_of(msgspec.convert(document, PriceList)))


def test_prices_are_read_by_region_and_architecture_with_the_first_tier() -> None:
    arm, x86 = rows(TOKYO)
    assert arm == {
        "date": "2026-10-01", "region": "ap-northeast-1", "architecture": "arm64", "request": 2e-7,
        "gb_second": 1.33334e-5, "provisioned_gb_second": 4.3068e-6,
        "provisioned_duration_gb_second": 1.00492e-5, "snapstart_cached_gb_second": 1.5046e-6,
    }  # fmt: skip
    assert (x86["architecture"], x86["gb_second"]) == ("x86_64", 1.66667e-5)
    assert "provisioned_gb_second" not in x86


def test_a_region_whose_usage_types_have_no_prefix_is_read_too() -> None:
    found = rows(aws_list({
        "A": (product("Request", "us-east-1"), term(("0", "0.0000002"))),
        "B": (product("Lambda-GB-Second", "us-east-1"), term(("0", "0.0000166667"))),
    }))  # fmt: skip
    assert [(row["region"], row["architecture"]) for row in found] == [("us-east-1", "x86_64")]


@pytest.mark.parametrize("document", [aws_list({}), aws_list({"A": (product("APN1-Request"), {})})])
def test_a_list_without_prices_has_no_rows(document: object) -> None:
    assert rows(document) == []
