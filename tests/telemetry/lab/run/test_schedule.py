"""Environments run in the order of the plan, several at once where they fit, until it is precise enough."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from telemetry.lab.events import EventSource
from telemetry.lab.run.counts import Counts
from telemetry.lab.run.invocation_counts import Invocations
from telemetry.lab.run.plan import PlannedEnvironment, plan
from telemetry.lab.run.precision import FirstRequest, Precision
from telemetry.lab.run.schedule import fitting, run_at_once, run_plan
from telemetry.lab.run.settings import Settings

SETTINGS = Settings(
    out=Path("records.jsonl"),
    environments=33,
    invocations=Invocations(1),
    placements=("init", "first_invocation"),
    precision=Precision(20, relative=False),
)
PLAN = plan(SETTINGS, [EventSource({})])

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("at_once", "memory_mb", "cores", "expected"),
    [(2, 1024, 2, 2), (2, 1769, 2, 1), (2, 1769, 4, 2), (8, 1024, 4, 5), (1, 128, 64, 1), (2, 3008, 2, 1)],
)
async def test_as_many_as_the_cores_carry(at_once: int, memory_mb: int, cores: int, expected: int) -> None:
    """One may be in INIT, with a core of its own, while the others have their shares."""
    assert fitting(at_once, memory_mb / 1769, cores) == expected


@pytest.mark.parametrize("at_once", [1, 2, 3])
async def test_so_many_run_at_once(at_once: int) -> None:
    running, most, begun = 0, 0, []

    async def run(planned: PlannedEnvironment) -> None:
        nonlocal running, most
        begun.append(planned)
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1

    await run_at_once(PLAN, run, at_once)
    assert begun == list(PLAN)
    assert most == at_once


async def test_first_failure_ends_the_others() -> None:
    ended = []

    async def run(planned: PlannedEnvironment) -> None:
        try:
            await asyncio.sleep(0 if planned is PLAN[1] else 60)
            raise ChildProcessError(str(planned.block))
        finally:
            ended.append(planned)

    with pytest.raises(ChildProcessError, match=str(PLAN[1].block)):
        await run_at_once(PLAN, run, 2)
    assert sorted(ended, key=PLAN.index) == list(PLAN[:2])


def noting(counts: Counts, spread_ms: float, done: list[PlannedEnvironment]) -> None:
    """Keep the first requests of environments that ran, every other block slower."""
    counts.firsts[:] = [
        FirstRequest(one.placement, one.memory_mb, 900 + spread_ms * (one.block % 2)) for one in done
    ]


@pytest.mark.parametrize(
    ("spread_ms", "looks", "blocks"),
    [(10, [20], 20), (65, [20, 25], 25), (1000, [20, 25, 30, 33], 33)],
)
async def test_ends_at_the_first_look_that_is_precise_enough(
    spread_ms: float, looks: list[int], blocks: int, capsys: pytest.CaptureFixture[str]
) -> None:
    counts, done = Counts.of(SETTINGS), list[PlannedEnvironment]()

    async def run(planned: PlannedEnvironment) -> None:
        done.append(planned)
        noting(counts, spread_ms, done)

    await run_plan(SETTINGS, PLAN, counts, run)
    assert [look.environments for look in counts.looks] == looks
    assert done == list(PLAN[: 2 * blocks])
    said = capsys.readouterr().err.splitlines()
    assert said.pop(0).startswith("lab: 20 to 33 environments of each placement, until ")
    assert len(said) == len(looks)
    assert [": precise enough" in line for line in said] == [look.enough for look in counts.looks]


async def test_all_run_where_no_precision_is_asked() -> None:
    settings = replace(SETTINGS, precision=None)
    done = []

    async def run(planned: PlannedEnvironment) -> None:
        done.append(planned)

    await run_plan(settings, PLAN, Counts.of(settings), run)
    assert done == list(PLAN)
