"""Where the time goes: the parts of INIT, first requests and warm ones add up to what users waited."""

import pytest

from telemetry.report.estimate.startup.time_split import IN_INIT, Part, TimeSplit
from tests.telemetry.report.lives import Life, streams
from tests.telemetry.report.log_streams import Stream, results_in
from tests.telemetry.report.reported import results_from
from tests.telemetry.report.simulation import Run


def part(split: TimeSplit, kind: str, name: str | None = None) -> Part:
    return next(one for one in split.parts if (one.kind, one.name) == (kind, name))


def imported(imports: float, startup: float) -> TimeSplit:
    """One arm whose INIT is what Lambda says, 20 ms of which are in no record."""
    lines = []
    for number in range(25):
        one = Stream(f"s{number}").startup(startup, init_ms=imports)
        one.wait(1).record("invocation", n=1, request_id=f"{number}-1", start="cold", status=200,
                           InvocationDuration=11.0)  # fmt: skip
        one.report(f"{number}-1", 11.0, imports + startup + 20)
        lines.append(one.wait(1).request(9.0, "warm"))
    return results_in(lines).time_split[0]


def test_v15_imports_are_told_from_the_startup() -> None:
    """An app whose imports are 1217 of 1219 ms."""
    split = imported(1217, 2)
    assert part(split, "INIT").ms == pytest.approx(1239)
    assert (part(split, "imports").ms, part(split, "startup").ms) == (1217, 2)
    assert part(split, "rest of INIT").ms == pytest.approx(20)
    assert (part(split, "first request").ms, part(split, "warm").ms) == (11, 9)
    assert (split.environments, split.waited_for_init) == (25, 25)


def test_shares_of_the_parts_add_up() -> None:
    split = imported(960, 4)
    waited = 984 + 11 + 9
    assert part(split, "imports").share == pytest.approx(960 / waited)
    assert sum(one.share or 0 for one in split.parts if one.kind in IN_INIT) == pytest.approx(984 / waited)
    whole = (part(split, kind).share or 0 for kind in ("INIT", "first request", "warm"))
    assert sum(whole) == pytest.approx(1)


def test_startup_is_split_by_resource() -> None:
    split = results_from(Run(arms={"init": 25}, noise=0.001).lines()).time_split[0]
    assert part(split, "resource", "model").ms == pytest.approx(400, rel=0.01)
    resources = [one.ms or 0 for one in split.parts if one.kind == "resource"]
    assert sum(resources) == pytest.approx((part(split, "startup").ms or 0) - 2, rel=0.01)


def test_without_the_platform_what_init_took_is_not_known() -> None:
    lines = [line for line in Run(arms={"init": 25}, start="proactive").lines() if "platform" not in line]
    split = results_from(lines).time_split[0]
    assert part(split, "INIT").ms is None
    assert part(split, "rest of INIT").ms is None
    assert part(split, "imports").ms == pytest.approx(300, rel=0.1)
    assert (split.waited_for_init, part(split, "imports").share) == (0, None)


def test_lazy_arm_has_nothing_but_imports_in_init() -> None:
    lives = [Life("init", 1000, 6, 6, 3), Life("first_invocation", 300, 706, 6, 3)]
    splits = {one.placement: one for one in results_in(streams(lives)).time_split}
    lazy = splits["first_invocation"]
    assert (part(lazy, "INIT").ms, part(lazy, "imports").ms) == (300, 300)
    assert not [one for one in lazy.parts if one.kind in {"startup", "rest of INIT"}]
    assert part(lazy, "first request").ms == 706


def test_overlapping_resources_are_left_out() -> None:
    run = Run(arms={"init": 25}, overlapped=True)
    split = results_from(run.lines()).time_split[0]
    assert not [one for one in split.parts if one.kind == "resource"]
