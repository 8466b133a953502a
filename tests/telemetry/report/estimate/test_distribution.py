"""How requests of each arm are spread."""

import pytest

from tests.telemetry.report.reported import results_from
from tests.telemetry.report.simulation import Run

THREE_ARMS = {"init": 25, "first_invocation": 25, "every_invocation": 25}


def test_points_are_the_percentiles_of_the_table() -> None:
    results = results_from(Run(arms=THREE_ARMS, invocations=40).lines())
    found = {one.placement: one for one in results.distributions}
    assert list(found) == list(THREE_ARMS)
    for percentile in results.percentiles:
        slower = 1 - percentile.percent / 100
        for arm, of in percentile.of.items():
            above = [point.ms for point in found[arm].points if point.slower <= slower]
            below = [point.ms for point in found[arm].points if point.slower >= slower]
            assert below[-1] * 0.999 <= of.value <= above[0] * 1.001


def test_first_requests_are_the_share_where_the_step_is() -> None:
    (found,) = results_from(Run(arms={"init": 25}, invocations=50).lines()).distributions
    assert found.first_share == pytest.approx(1 / 50)
    before = [point.ms for point in found.points if point.slower > 1.1 / 50]
    after = [point.ms for point in found.points if point.slower < 0.9 / 50]
    assert max(before) < 20
    assert min(after) > 500


def test_last_point_has_five_slower_requests() -> None:
    (found,) = results_from(Run(arms={"init": 25}, invocations=40).lines()).distributions
    assert found.points[-1].slower == pytest.approx(5 / 1000)
    assert results_from(Run(arms={"init": 1}, invocations=5).lines()).distributions == []
