from dataclasses import replace
from pathlib import Path

import pytest

from telemetry.lab.aws.cost import bill, blocks_of, spent, worst
from telemetry.lab.aws.settings import Configuration, Deal, Settings
from telemetry.prices import prices_of

US = prices_of("us-east-1", "x86_64", None)
ON_DEMAND = Deal(Configuration(1024, "on-demand"), ("init", "first_invocation"))
SNAP_START = Deal(Configuration(1024, "snap-start"), ("init",))
PROVISIONED = Deal(Configuration(2048, "provisioned-concurrency"), ("init",))


def test_worked_sum_on_demand() -> None:
    """5 x 8 requests that time out after 30 s, each with an INIT of 10 s, at 1 GB: 1,600 GB-seconds."""
    found = bill(US, worst(ON_DEMAND, 5, 8, 30))
    assert found.dollars == pytest.approx(1600 * 1.66667e-5 + 40 * 2e-7 + 40 * 1e-5 * 0.5)
    assert not found.unknown


def test_worked_sum_under_snapstart() -> None:
    """Beside that: 3 h of the snapshot, an INIT of 130 s before it, and a restore for each request."""
    found = bill(US, worst(SNAP_START, 5, 8, 30))
    beside = 3 * 3600 * 1.5046e-6 + 130 * 1.66667e-5 + 40 * 1.397998e-4
    assert found.dollars == pytest.approx(bill(US, worst(ON_DEMAND, 5, 8, 30)).dollars + beside)


def test_worked_sum_of_provisioned_environments() -> None:
    """900 s until they are ready and 8 x 30 s of requests are four steps of five minutes, for 5 of 2 GB."""
    parts = {part.name: part.usage for part in worst(PROVISIONED, 5, 8, 30)}
    assert parts["provisioned concurrency"].provisioned_seconds == 4 * 300 * 5
    assert parts["provisioned concurrency"].seconds == 5 * 130
    assert parts["provisioned concurrency"].gb == 2


def test_provisioned_concurrency_is_charged_in_steps_of_five_minutes() -> None:
    """Rounded up, as https://aws.amazon.com/lambda/pricing/ says, and not by the second."""
    found = bill(US, spent(PROVISIONED, 5, [0.02] * 40, 160.0, 1.0))
    provisioned = 5 * 300 * 2 * 4.1667e-6 + 5 * 1.0 * 2 * 1.66667e-5
    requests = 40 * 0.02 * 2 * 1.66667e-5 + 40 * 2e-7 + 40 * 1e-5 * 0.5
    assert found.dollars == pytest.approx(provisioned + requests)


def test_what_a_block_cost_is_never_more_than_its_worst_case() -> None:
    for deal in (ON_DEMAND, SNAP_START, PROVISIONED):
        most = bill(US, worst(deal, 5, 8, 30)).dollars
        assert bill(US, spent(deal, 5, [40.0] * 40, 900 + 240.0, 130.0)).dollars <= most


def test_an_init_before_requests_has_as_long_as_the_time_out() -> None:
    """130 s or the time-out: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html."""
    parts = {part.name: part.usage for part in worst(PROVISIONED, 1, 1, 900)}
    assert parts["provisioned concurrency"].seconds == 900


def test_a_part_without_a_price_is_named() -> None:
    frankfurt = prices_of("eu-central-1", "arm64", None)
    found = bill(frankfurt, worst(SNAP_START, 5, 8, 30))
    assert found.unknown == {"SnapStart", "logs"}
    assert found.dollars > 0
    assert bill(None, worst(SNAP_START, 5, 8, 30)).unknown == {"SnapStart", "logs", "requests and INIT"}


def test_blocks_suffice_for_each_placement() -> None:
    settings = Settings("twin", Path("out"), ("init", "first_invocation"), (1024,), environments=30)
    assert blocks_of(ON_DEMAND, settings).expected == 12
    assert blocks_of(SNAP_START, settings).expected == 6
    assert blocks_of(SNAP_START, replace(settings, parallel=4)).expected == 8
    assert blocks_of(ON_DEMAND, settings).most > 12
