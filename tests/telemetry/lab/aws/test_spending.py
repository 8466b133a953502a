from dataclasses import replace

import pytest

from telemetry.lab.aws.collected import Collected, Request
from telemetry.lab.aws.settings import Configuration, Deal
from telemetry.lab.aws.spending import Block, Spending
from telemetry.lab.platform.function import InitType
from tests.telemetry.lab.aws.test_statement import SETTINGS, STATE, US

REQUEST = 2e-7 + 1e-5 * 0.5
"""Dollars of one, with its lines of log, without its time."""
GB_SECOND = 1.66667e-5
TIMED_OUT = 40.0
"""Seconds of a request at worst: INIT of 10 s, and the time-out of 30 s."""


def deal(init_type: InitType = "on-demand") -> Deal:
    return Deal(Configuration(1024, init_type), ("init",))


def spending(budget: float | None = None) -> Spending:
    return Spending(replace(SETTINGS, budget=budget), STATE, US, Collected(lambda _: None))


def answered(found: Spending, block: Block, billed_ms: float | None) -> None:
    """Take the answer to a request, with what it was billed if its report has come."""
    name = f"r{len(found.collected.requests)}"
    found.collected.requests[name] = Request(block.deal, block.number, succeeded=True, needs_record=False)
    if billed_ms is not None:
        found.collected.billed_ms[name] = billed_ms


def test_nothing_is_spent_before_the_first_block() -> None:
    assert spending().so_far().dollars == 0


def test_a_request_costs_what_its_report_says_also_when_that_comes_late() -> None:
    found = spending()
    block = Block(deal(), 1, 5, 0.0)
    found.blocks.append(block)
    answered(found, block, 500.0)
    answered(found, block, None)
    assert found.so_far().dollars == pytest.approx(2 * REQUEST + (0.5 + TIMED_OUT) * GB_SECOND)
    found.collected.billed_ms["r1"] = 300.0
    assert found.so_far().dollars == pytest.approx(2 * REQUEST + 0.8 * GB_SECOND)


def test_what_lambda_may_have_billed_without_an_answer_counts_as_a_time_out() -> None:
    found = spending()
    found.blocks.append(Block(deal(), 1, 5, 0.0, unanswered=3))
    assert found.so_far().dollars == pytest.approx(3 * (REQUEST + TIMED_OUT * GB_SECOND))


def test_a_snapshot_is_charged_for_three_hours_and_its_init_for_no_longer_than_the_block() -> None:
    found = spending()
    found.blocks.append(Block(deal("snap-start"), 1, 5, 0.0, seconds=20.0))
    assert found.so_far().dollars == pytest.approx(3 * 3600 * 1.5046e-6 + 20 * GB_SECOND)


def test_the_version_that_keeps_the_original_may_have_a_snapshot() -> None:
    found = spending()
    found.original = replace(STATE, snap_start=True)
    found.blocks.append(Block(deal(), 1, 5, 0.0))
    assert found.so_far().dollars == pytest.approx(3 * 3600 * 1.5046e-6 + 130 * GB_SECOND)


def test_a_budget_is_left_with_what_was_spent_and_the_worst_case_taken_off() -> None:
    found = spending(budget=1.0)
    worst = 40 * (REQUEST + TIMED_OUT * GB_SECOND)
    assert found.worst(deal(), 5) == pytest.approx(worst)
    assert found.left(deal(), 5) == pytest.approx(1 - worst)
    found.blocks.append(Block(deal(), 1, 5, 0.0, unanswered=1))
    assert found.left(deal(), 5) == pytest.approx(1 - worst * 41 / 40)


def test_only_what_the_budget_has_left_is_sent_again() -> None:
    one = REQUEST + TIMED_OUT * GB_SECOND
    assert spending(budget=42.5 * one).repeatable(deal(), 5) == 2
    assert spending(budget=40.5 * one).repeatable(deal(), 5) == 0
    assert spending().repeatable(deal(), 5) is None
