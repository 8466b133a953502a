"""Bills against the examples on AWS's own page, https://aws.amazon.com/lambda/pricing/."""

import json
from pathlib import Path

import msgspec
import pytest

from telemetry.prices import TABLE, Prices, PricesError, Usage, dollars, prices_of
from tests.docs.documents import table, text
from tests.telemetry.test_price_list import TOKYO

US = prices_of("us-east-1", "x86_64", None)
HOUR = 3600


def test_example_mobile_application_backend() -> None:
    usage = Usage(requests=3e6, seconds=3e6 * 0.12, gb=1.5)
    assert dollars(US, usage, free_tier=True) == pytest.approx(2.73, abs=0.005)


def test_example_streaming_telemetry() -> None:
    usage = Usage(requests=7.44e6, seconds=7.44e6 * 2, gb=1)
    assert dollars(US, usage) == pytest.approx(249.49, abs=0.005)


def test_example_provisioned_for_a_mobile_launch() -> None:
    quiet = Usage(requests=3e6, seconds=2.5e6 * 0.12, gb=1.5)
    launch = Usage(0, 0, 1.5, provisioned_seconds=100 * 8 * HOUR, provisioned_busy_seconds=5e5 * 0.1)
    found = [dollars(US, quiet, free_tier=True), dollars(US, launch)]
    assert sum(one or 0 for one in found) == pytest.approx(19.96, abs=0.01)


def test_example_provisioned_for_cyber_monday() -> None:
    usage = Usage(2e6, 0, 4, provisioned_seconds=7 * 24 * HOUR, provisioned_busy_seconds=2e6 * 0.28)
    assert dollars(US, usage) == pytest.approx(32.26, abs=0.005)


def test_example_snapstart() -> None:
    usage = Usage(7.44e6, 7.44e6 * 2, 1, cached_seconds=24 * 31 * HOUR, restores=74400)
    assert dollars(US, usage) == pytest.approx(263.92, abs=0.015)


def test_example_arm() -> None:
    """Compute alone, of the page's example of durable functions: 31.6 million GB-seconds."""
    arm = prices_of("us-east-1", "arm64", None)
    assert dollars(arm, Usage(0, 3.16e7, 1)) == pytest.approx(421.34, abs=0.005)


def share_from_which_provisioned_is_cheaper(prices: Prices) -> float:
    assert prices.provisioned_gb_second is not None
    assert prices.provisioned_duration_gb_second is not None
    return prices.provisioned_gb_second / (prices.gb_second - prices.provisioned_duration_gb_second)


@pytest.mark.parametrize("architecture", ["x86_64", "arm64"])
@pytest.mark.parametrize(
    ("region", "share"),
    [("us-east-1", 0.6), ("eu-west-1", 0.8), ("eu-central-1", 1.01), ("ap-northeast-1", 1.31)],
)
def test_provisioned_is_priced_everywhere(region: str, share: float, architecture: str) -> None:
    """In two regions it is never the cheaper one; docs/choose.md and docs/operate.md say in which."""
    prices = prices_of(region, architecture, None)
    assert share_from_which_provisioned_is_cheaper(prices) == pytest.approx(share, abs=0.005)
    assert "in eu-central-1 and ap-northeast-1 none is" in text("operate")
    assert "In eu-central-1 and ap-northeast-1 a second" in text("choose")


@pytest.mark.parametrize("prices", TABLE, ids=lambda prices: f"{prices.region} {prices.architecture}")
def test_document_has_the_prices(prices: Prices) -> None:
    (row,) = [row for row in table("choose", "Prices") if row[0] == prices.region]
    intel = prices.architecture == "x86_64"
    provisioned = f"{prices.provisioned_gb_second:.10f}, {prices.provisioned_duration_gb_second:.10f}"
    assert row[3 if intel else 4] == provisioned
    kept = prices.snapstart_cached_gb_second
    snapshot = "not known" if kept is None else f"{kept:.10f}, {prices.snapstart_restored_gb:.10f}"
    assert row[5] == snapshot


def test_what_needs_an_unknown_price_has_none() -> None:
    frankfurt = prices_of("eu-central-1", "x86_64", None)
    assert dollars(frankfurt, Usage(1, 1, 1, cached_seconds=1)) is None
    assert dollars(frankfurt, Usage(1, 1, 1, provisioned_seconds=1)) is not None


def test_a_file_brings_other_prices(tmp_path: Path) -> None:
    path = tmp_path / "prices.json"
    path.write_text(
        '[{"date": "2027-01-01", "region": "mars", "architecture": "arm64", "request": 1, "gb_second": 2}]'
    )
    assert prices_of("mars", "arm64", path) == Prices("2027-01-01", "mars", "arm64", 1, 2)
    with pytest.raises(PricesError, match="no prices of venus arm64; there are those of mars arm64") as found:
        prices_of("venus", "arm64", path)
    # `lab --stack`, which says this as well, has no such options: it goes by where the function is.
    assert "`report` and `choose` can take those of another region" in str(found.value)


@pytest.mark.parametrize("text", ["{", "[1]", '[{"region": "x"}]', '[{"nonsense": 1}]', "{}"])
def test_a_file_of_something_else_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "prices.json"
    path.write_text(text)
    with pytest.raises(PricesError, match="no list of prices"):
        prices_of("mars", "arm64", path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PricesError, match="cannot be read"):
        prices_of("mars", "arm64", tmp_path / "none")


def test_logs_are_billed_by_the_gigabyte_where_their_price_is_known() -> None:
    frankfurt = prices_of("eu-central-1", "arm64", None)
    assert dollars(US, Usage(0, 0, 1, log_gb=3)) == pytest.approx(1.5)
    assert dollars(frankfurt, Usage(0, 0, 1, log_gb=3)) is None


def test_a_list_of_lambda_s_prices_loses_no_price_of_logs_that_is_known(tmp_path: Path) -> None:
    """They are CloudWatch's, so AWS's list cannot have them; what a file says itself stays."""
    rows = [
        {"date": "d", "region": region, "architecture": "arm64", "request": 1, "gb_second": 2, **more}
        for region, more in (("eu-west-1", {}), ("us-east-1", {"log_gb": 0.1}), ("eu-central-1", {}))
    ]
    path = tmp_path / "prices.json"
    path.write_text(json.dumps(rows))
    found = [prices_of(region, "arm64", path).log_gb for region in ("eu-west-1", "us-east-1", "eu-central-1")]
    assert found == [0.57, 0.1, None]


def test_aws_s_own_list_brings_the_prices_of_its_regions(tmp_path: Path) -> None:
    path = tmp_path / "index.json"
    path.write_text(json.dumps(TOKYO))
    found = prices_of("ap-northeast-1", "arm64", path)
    assert found == msgspec.structs.replace(
        prices_of("ap-northeast-1", "arm64", None), snapstart_restored_gb=None
    )
    with pytest.raises(PricesError, match=r"AWSLambda/current/eu-north-1/index\.json, then --prices"):
        prices_of("eu-north-1", "arm64", path)


def test_a_list_of_aws_with_a_price_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "index.json"
    path.write_text(json.dumps(TOKYO).replace("0.0000043068", "cheap"))
    with pytest.raises(PricesError, match="no list of prices"):
        prices_of("ap-northeast-1", "arm64", path)
