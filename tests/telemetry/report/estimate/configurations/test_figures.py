"""What a configuration takes and costs, against sums by hand, and when nothing is told of it."""

import math

import numpy as np
import pytest

from telemetry.prices import TABLE
from telemetry.report.estimate.configurations.figures import Figures
from telemetry.report.estimate.results import results_of
from tests.telemetry.report.estimate.configurations.planted import Part, Planted, drawn
from tests.telemetry.report.reported import evidence_from

EU_ARM = next(one for one in TABLE if (one.region, one.architecture) == ("eu-west-1", "arm64"))
SMALL, LARGE = drawn(1, 30, 8, 40.0), drawn(2, 30, 8, 12.0)
RUN = Planted((Part(512, SMALL), Part(1769, LARGE)), told={"region": "eu-west-1", "architecture": "arm64"})


def rows(run: Planted, **wished: object) -> dict[str, Figures]:
    return {one.name: one for one in run.configurations(**wished).rows}


def test_means_are_those_of_the_requests_by_hand() -> None:
    found = rows(RUN)
    assert list(found) == ["512 MB, init", "1769 MB, init"]
    for name, ms in (("512 MB, init", SMALL), ("1769 MB, init", LARGE)):
        row, billed = found[name], np.ceil(ms + np.pad(np.full((30, 1), 300.0), ((0, 0), (0, 7))))
        assert (row.environments, row.requests, row.failed) == (30, 240, 0)
        assert row.first_request_ms is not None
        assert row.warm_request_ms is not None
        assert row.billed_ms is not None
        assert row.dollars_per_million is not None
        assert row.first_request_ms.value == pytest.approx(300 + ms[:, 0].mean())
        assert row.warm_request_ms.value == pytest.approx(ms[:, 1:].mean())
        assert row.billed_ms.value == pytest.approx(billed.mean())
        gb_seconds = row.memory_mb / 1024 * billed.mean() / 1000
        dollars = 1e6 * (EU_ARM.request + gb_seconds * EU_ARM.gb_second)
        assert row.dollars_per_million.value == pytest.approx(dollars)


def test_share_of_cold_requests_can_be_stated() -> None:
    found = rows(RUN, cold_share=0.01)["512 MB, init"]
    billed = np.ceil(SMALL)
    expected = 0.01 * np.ceil(SMALL[:, 0] + 300).mean() + 0.99 * billed[:, 1:].mean()
    assert found.billed_ms is not None
    assert found.billed_ms.value == pytest.approx(expected)
    warm = rows(RUN, cold_share=0.0)["512 MB, init"]
    assert warm.billed_ms is not None
    assert warm.billed_ms.value == pytest.approx(billed[:, 1:].mean())
    assert RUN.configurations().as_sent
    assert RUN.configurations().cold_share == pytest.approx(1 / 8)


def test_intervals_hold_all_at_once_and_are_wider_than_one_by_itself() -> None:
    found = rows(RUN)["512 MB, init"].first_request_ms
    assert found is not None
    assert found.low is not None
    assert found.high is not None
    error = SMALL[:, 0].std(ddof=1) / math.sqrt(30)
    alone = 2 * 2.045 * error  # Student, 29 degrees of freedom
    assert 1.1 * alone < found.high - found.low < 2.2 * alone
    assert found.low < 340.0 < found.high


def test_the_same_run_gives_the_same_intervals_whatever_else_is_in_it() -> None:
    assert RUN.configurations().rows == RUN.configurations().rows


def test_p99_of_enough_requests_has_an_interval_around_the_truth() -> None:
    many = drawn(3, 40, 100, 20.0)
    found = rows(Planted((Part(512, many, init_ms=0.01), Part(1024, many, init_ms=0.01))), cold_share=0.0)
    p99 = found["512 MB, init"].p99_ms
    assert p99 is not None
    assert p99.told == "told"
    assert p99.low is not None
    assert p99.high is not None
    assert p99.value == pytest.approx(np.quantile(many[:, 1:], 0.99, method="inverted_cdf"), rel=2e-3)
    assert p99.low < p99.value < p99.high


def test_p99_of_few_requests_is_refused() -> None:
    found = RUN.configurations()
    assert {one.p99_ms.told for one in found.rows if one.p99_ms} == {"too few requests"}
    assert all(one.on_frontier is None for one in found.rows)
    assert found.p99_requests > 240


def test_p99_at_the_edge_of_cold_starts_has_the_step_in_its_interval() -> None:
    many = drawn(3, 40, 100, 20.0)
    found = rows(Planted((Part(512, many), Part(1024, many))))["512 MB, init"].p99_ms
    assert found is not None
    assert found.told == "edge of cold starts"
    assert found.low is not None
    assert found.high is not None
    assert found.low < 100
    assert found.high > 300


def test_configuration_of_few_environments_has_no_interval() -> None:
    found = rows(Planted((Part(512, SMALL), Part(1024, SMALL[:12]))))["1024 MB, init"]
    assert (found.untold, found.more_environments) == ("too few environments", 8)
    assert found.first_request_ms is not None
    assert (found.first_request_ms.low, found.first_request_ms.high) == (None, None)


def test_configuration_without_environments_is_listed() -> None:
    told = {"memory_mb": [512, 1024, 3008], "init_type": "on-demand"}
    found = rows(Planted((Part(512, SMALL), Part(1024, LARGE)), told=told))["3008 MB, init"]
    assert (found.untold, found.environments, found.requests) == ("nothing measured", 0, 0)
    assert found.first_request_ms is None
    assert found.dollars_per_million is None
    assert found.p99_ms is None


def test_configuration_whose_requests_all_fail_says_so() -> None:
    found = rows(Planted((Part(512, SMALL), Part(1024, LARGE, failed=True))))["1024 MB, init"]
    assert (found.failed, found.requests) == (240, 240)


def test_lost_requests_of_no_known_configuration_leave_no_interval_anywhere() -> None:
    lost = Part(1024, LARGE[:, :1], records=False)
    found = rows(Planted((Part(512, SMALL), Part(1769, LARGE), lost)))
    assert {one.untold for one in found.values()} == {"requests in no figure"}


def test_versions_of_a_configuration_are_put_together() -> None:
    parts = (Part(512, SMALL, versions=6), Part(1024, LARGE, versions=6))
    run = Planted(parts)
    assert [one.environments for one in run.configurations().rows] == [30, 30]
    found = run.results()
    assert [(one.version, one.memory_mb) for one in found.strata] == [(None, 512), (None, 1024)]
    assert found.measured_on.versions == []


def test_init_types_are_told_apart_and_named() -> None:
    parts = (
        Part(512, SMALL), Part(512, LARGE, init_type="snap-start", init_ms=90.0),
        Part(512, LARGE, init_type="provisioned-concurrency"),
    )  # fmt: skip
    found = rows(Planted(parts))
    assert list(found) == [
        "512 MB, init, on-demand", "512 MB, init, provisioned-concurrency", "512 MB, init, snap-start",
    ]  # fmt: skip
    restored, kept = found["512 MB, init, snap-start"], found["512 MB, init, provisioned-concurrency"]
    assert restored.first_request_ms is not None
    assert kept.first_request_ms is not None
    assert restored.first_request_ms.value == pytest.approx(90 + LARGE[:, 0].mean())
    assert kept.first_request_ms.value == pytest.approx(LARGE[:, 0].mean())
    prices = TABLE[0]
    assert prices.snapstart_cached_gb_second is not None
    assert restored.dollars_a_month_kept == pytest.approx(prices.snapstart_cached_gb_second / 2 * 730 * 3600)


def test_failing_startup_is_told_by_its_version() -> None:
    """An environment that left no startup is of the init type of its version."""
    run = Planted((Part(512, SMALL), Part(512, LARGE, init_type="provisioned-concurrency")))
    lines = [line for line in run.lines() if not ('"environment": "e1-3"' in line and '"startup"' in line)]

    found = results_of(evidence_from(lines)).configurations
    assert found is not None
    assert [one.environments for one in found.rows] == [30, 30]


def test_values_that_do_not_vary_have_intervals_of_no_width() -> None:
    same = np.full((25, 4), 20.0)
    found = rows(Planted((Part(512, same), Part(1024, same))))["512 MB, init"].warm_request_ms
    assert found is not None
    assert found.low == pytest.approx(20.0)
    assert found.high == pytest.approx(20.0)


def test_one_request_an_environment_has_no_warm_ones() -> None:
    found = rows(Planted((Part(512, SMALL[:, :1]), Part(1024, LARGE[:, :1]))))["512 MB, init"]
    assert found.warm_request_ms is None
    assert found.billed_ms is not None
    assert found.billed_ms.low is not None
