"""Dollars of a million requests, by hand."""

import pytest

from telemetry.prices import Prices
from telemetry.report.estimate.by_settings import RunSettings
from telemetry.report.estimate.configurations.cells import Configuration
from telemetry.report.estimate.configurations.costs import rate_of

PRICES = Prices("2026-01-01", "here", "x86_64", 1e-6, 1e-5, 2e-6, 6e-6, 1e-6, 1e-4)


def of(init_type: str | None) -> Configuration:
    return Configuration(RunSettings(2048, init_type), "init")


def test_on_demand_is_requests_and_gb_seconds() -> None:
    rate = rate_of(of("on-demand"), PRICES, 0.1)
    assert rate is not None
    assert rate.dollars(500.0) == pytest.approx(1e6 * (1e-6 + 2 * 0.5 * 1e-5))
    assert rate.monthly == 0


def test_snapshots_are_restored_and_kept() -> None:
    rate = rate_of(of("snap-start"), PRICES, 0.1)
    assert rate is not None
    assert rate.dollars(500.0) == pytest.approx(1e6 * (1e-6 + 2 * 0.5 * 1e-5 + 0.1 * 2 * 1e-4))
    assert rate.monthly == pytest.approx(2 * 1e-6 * 730 * 3600)


def test_provisioned_environments_serve_for_less_and_are_kept() -> None:
    rate = rate_of(of("provisioned-concurrency"), PRICES, 0.1)
    assert rate is not None
    assert rate.dollars(500.0) == pytest.approx(1e6 * (1e-6 + 2 * 0.5 * 6e-6))
    assert rate.monthly == pytest.approx(2 * 2e-6 * 730 * 3600)


def test_what_has_no_price_has_no_rate() -> None:
    bare = Prices("2026-01-01", "here", "arm64", 1e-6, 1e-5)
    assert [rate_of(of(one), bare, 0.1) for one in ("snap-start", "provisioned-concurrency", "managed")] == [
        None
    ] * 3
    assert rate_of(of("on-demand"), None, 0.1) is None
    assert rate_of(of(None), bare, 0.1) is not None
