"""Which configuration to take: the best one, one of several that will do, or that it cannot be told."""

from collections.abc import Sequence

import numpy as np
import pytest

from telemetry.report.estimate.configurations.best import Choice
from tests.telemetry.report.estimate.configurations.planted import Part, Planted, drawn


def chosen(parts: Sequence[Part], prefer: str = "cost", **wished: object) -> Choice:
    found = Planted(tuple(parts)).configurations(**{"cold_share": 0.0, **wished})
    return next(one for one in found.choices if one.prefer == prefer)


SHORT = drawn(5, 40, 60, 10.0)


def test_cheaper_beyond_the_intervals_is_best() -> None:
    found = chosen([Part(512, 2.0 * SHORT), Part(1024, 1.7 * SHORT)])
    assert (found.finding, found.name, found.alike, found.not_told) == ("best", "512 MB, init", [], [])


def test_lower_p99_beyond_the_intervals_is_best() -> None:
    found = chosen([Part(512, 2.0 * SHORT), Part(1024, 1.2 * SHORT)], "p99")
    assert (found.finding, found.name) == ("best", "1024 MB, init")


def test_balanced_takes_the_smallest_product() -> None:
    """Twice the memory, a quarter of the time: half the bill, and a quarter of p99."""
    found = chosen([Part(512, 4.0 * SHORT), Part(1024, 1.0 * SHORT), Part(2048, 0.9 * SHORT)], "balanced")
    assert (found.finding, found.name) == ("best", "1024 MB, init")


def test_bills_that_differ_by_less_than_matters_leave_it_to_p99() -> None:
    """1024 MB takes half as long as 512 MB, so both cost the same, but for what is rounded up to whole ms."""
    long = np.round(np.random.default_rng(6).normal(2000.0, 20.0, (60, 40)), 3)
    found = chosen([Part(512, long), Part(1024, np.round(long / 2, 3))], "cost")
    assert (found.finding, found.name) == ("no difference that matters", "1024 MB, init")
    assert found.alike == ["512 MB, init"]


def test_bills_that_the_intervals_cannot_tell_apart_are_not_decided() -> None:
    one, other = drawn(17, 25, 8, 40.0, spread=1.0), drawn(18, 25, 8, 20.0, spread=1.0)
    found = chosen([Part(512, one), Part(1024, other)])
    assert found.finding == "no difference seen"
    assert {found.name, *found.not_told} == {"512 MB, init", "1024 MB, init"}


def test_configurations_that_fail_are_left_out() -> None:
    found = chosen([Part(512, SHORT, failed=True), Part(1024, SHORT), Part(2048, SHORT)])
    assert [(one.name, one.reason) for one in found.left_out] == [("512 MB, init", "requests failed")]
    assert found.name == "1024 MB, init"


@pytest.mark.parametrize(
    ("part", "reason"),
    [
        (Part(3008, SHORT[:5]), "too few environments"),
        (Part(3008, SHORT, init_type="snap-start"), "billed while it is kept, too"),
        (Part(3008, SHORT, init_type="provisioned-concurrency"), "billed while it is kept, too"),
    ],
)
def test_what_cannot_be_compared_is_left_out_with_its_reason(part: Part, reason: str) -> None:
    found = chosen([Part(512, 2 * SHORT), Part(1024, 2 * SHORT), part])
    assert [one.reason for one in found.left_out] == [reason]
    assert found.finding == "best"


def test_snapstart_takes_part_where_the_bill_does_not_count() -> None:
    found = chosen([Part(512, 2 * SHORT), Part(512, SHORT, init_type="snap-start")], "p99")
    assert (found.finding, found.name) == ("best", "512 MB, init, snap-start")


def test_too_few_requests_for_p99_leave_it_open() -> None:
    few = drawn(9, 30, 8, 20.0)
    found = chosen([Part(512, few), Part(1024, few)], "p99")
    assert (found.finding, found.name) == ("cannot tell yet", None)
    assert {one.reason for one in found.left_out} == {"too few requests for p99"}


def test_a_single_configuration_is_no_choice() -> None:
    found = chosen([Part(512, SHORT), Part(1024, SHORT[:3])])
    assert (found.finding, found.name) == ("cannot tell yet", None)


def test_unknown_region_has_no_bill() -> None:
    run = Planted((Part(512, SHORT), Part(1024, SHORT)), told={"region": "mars-1", "architecture": "x86_64"})
    found = run.configurations(cold_share=0.0)
    assert found.prices is None
    assert {one.reason for one in found.choices[0].left_out} == {"price not known"}
    assert found.choices[1].finding == "no difference seen"
    assert {one.dollars_per_million for one in found.rows} == {None}
