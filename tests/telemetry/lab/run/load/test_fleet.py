"""Requests under load, served by real processes: who is started, when, and what is said of it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from telemetry.lab.run.load import traffic
from telemetry.lab.run.load.idle_pool import Cause, IdlePool
from tests.docs.documents import OF_A_RUN_ON_LAMBDA, documented_fields
from tests.telemetry.lab.apps import TINY
from tests.telemetry.lab.conftest import Lab
from tests.telemetry.lab.run.load.replay import cold_starts

SLEEPS = """
    import time
    def handler(event, context):
        time.sleep({seconds})
        return {{"statusCode": 200}}
"""


class Watched(IdlePool):
    """Notes what it is told, for a replay."""

    seen: "list[Watched]"

    def begin(self) -> None:
        self.now = 0.0
        self.arrivals: list[float] = []
        self.served_by: list[int | None] = []
        self.free: dict[int, list[float]] = {}

    def ended(self, now: float) -> Iterator[tuple[int, Cause]]:
        self.now = now
        yield from super().ended(now)

    def take(self) -> int | None:
        number = super().take()
        self.arrivals.append(self.now)
        self.served_by.append(number)
        return number

    def add(self, environment: int, now: float) -> None:
        super().add(environment, now)
        self.free[environment] = []

    def put(self, environment: int, now: float) -> float:
        self.free[environment].append(now)
        return super().put(environment, now)

    @property
    def cold(self) -> list[bool]:
        return [number is None for number in self.served_by]

    @property
    def busy_until(self) -> list[float]:
        """When each request's environment became idle again; never, where the run ended before."""
        born = iter(sorted(self.free))
        free = {number: iter(times) for number, times in self.free.items()}
        return [
            next(free[next(born) if number is None else number], float("inf")) for number in self.served_by
        ]


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> list[Watched]:
    pools: list[Watched] = []

    def make(*arguments: object) -> Watched:
        pool = Watched(*arguments)  # type: ignore[arg-type] # passed on as they are
        pool.begin()
        pools.append(pool)
        return pool

    monkeypatch.setattr(traffic, "IdlePool", make)
    return pools


def times(here: Path, *seconds: float) -> Path:
    path = here / "times.txt"
    path.write_text("".join(f"{at}\n" for at in seconds), encoding="utf-8")
    return path


def test_requests_meet_the_environments_of_a_replay(lab: Lab, here: Path, watched: list[Watched]) -> None:
    """Two at once; then one after both are idle, which the newest serves; then one after both have ended."""
    run = lab(
        *("--without-records", "--arrivals", times(here, 0, 0.05, 1.5, 3), "--pool", "idle=0.8s"),
        *("--at-once", 4),
        handler=SLEEPS.format(seconds=0.1),
    )
    assert run.code == 0, run.stderr
    (pool,) = watched
    expected = cold_starts(pool.arrivals, pool.busy_until, 0.8, float("inf"))
    assert pool.cold == expected
    load, sent = run.lab["load"], run.lab["sent"]["init"]
    assert sent["starts"]["cold"] == sum(expected) == sent["environments"]
    assert sum(load["new_environments"].values()) == sum(expected)
    assert load["arrived"] == len(run.reports) == 4
    assert (load["arrivals"], load["time_lapse"], load["pool"]) == ("recorded", 1.0, {"idle_s": 0.8})
    assert load["at_once"] == 4
    of_others = {"environments", "invocations", "invocations_by_arm", "snapshot"}
    assert (
        run.lab.keys() - {"record", "v", "at"} == documented_fields("`lab`") - OF_A_RUN_ON_LAMBDA - of_others
    )
    assert "Arrivals: recorded, 4 requests" in run.stdout


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("arrivals", "pool", "lapse", "idle", "age"),
    [
        ("poisson:3/s", "idle=1s", 1, 1.0, float("inf")),
        ("poisson:3/s", "idle=5s,age=4s", 1, 5.0, 4.0),
        ("poisson:6/min", "idle=20s,age=2min", 20, 1.0, 6.0),
    ],
)
def test_cold_starts_equal_those_of_an_exact_replay(
    lab: Lab, watched: list[Watched], arrivals: str, pool: str, lapse: int, idle: float, age: float
) -> None:
    run = lab(
        *("--without-records", "--arrivals", arrivals, "--pool", pool, "--time-lapse", lapse),
        *("--for", f"{15 * lapse}s", "--at-once", 8),
        handler=SLEEPS.format(seconds=0.2),
    )
    assert run.code == 0, run.stderr
    (seen,) = watched
    expected = cold_starts(seen.arrivals, seen.busy_until, idle, age)
    assert seen.cold == expected
    assert 1 < sum(expected) < len(expected)
    assert run.lab["sent"]["init"]["starts"]["cold"] == sum(expected)
    assert run.lab["load"]["time_lapse"] == lapse
    assert ("times faster than stated" in run.stdout) == (lapse > 1)


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "arms", [("--placement", "init", "first_invocation"), ("--experiment", "init=50,first_invocation=50")]
)
def test_arms_share_the_pool_and_are_dealt_to_environments(
    lab: Lab, here: Path, arms: tuple[str, ...]
) -> None:
    (here / "tiny.py").write_text(TINY, encoding="utf-8")
    bursts = times(here, *(at + 0.01 * number for at in (0, 6) for number in range(4)))
    run = lab("--app", "tiny:app", *arms, "--arrivals", bursts, "--pool", "idle=1s", "--at-once", 4)
    assert run.code == 0, run.stderr
    placements = {record["environment"]: record["placement"] for record in run.records("startup")}
    counts = {arm: list(placements.values()).count(arm) for arm in set(placements.values())}
    assert {arm: sent["environments"] for arm, sent in run.lab["sent"].items()} == counts
    if arms[0] == "--placement":
        assert abs(counts["init"] - counts["first_invocation"]) <= 1  # dealt in blocks
    for record in run.records("invocation"):
        assert record["placement"] == placements[record["environment"]]
    assert "The placements share one pool" in run.stdout
    assert "SIGTERM ended" in run.stdout


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_environments_at_work_wait_for_cores_and_the_run_says_so(lab: Lab, here: Path) -> None:
    run = lab(
        *("--without-records", "--arrivals", times(here, 0, 0, 0), "--at-once", 1),
        handler=SLEEPS.format(seconds=0.3),
    )
    assert run.code == 0, run.stderr
    load = run.lab["load"]
    assert load["new_environments"] == {"none_alive": 1, "all_busy": 2}
    assert load["waited"] == 2
    assert load["longest_wait_ms"] > 300
    assert re.search(r"2 times an environment waited for this machine's CPU", run.stdout)
    assert {report["status"] for report in run.reports} == {"success"}
    assert all(report["metrics"]["durationMs"] < load["longest_wait_ms"] + 300 for report in run.reports)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_function_that_does_not_start_ends_every_environment(lab: Lab, here: Path) -> None:
    run = lab(
        *("--without-records", "--arrivals", times(here, 0, 4, 4), "--pool", "idle=60s", "--at-once", 4),
        handler="""
            import os, pathlib
            served = pathlib.Path(os.environ["LAMBDA_TASK_ROOT"], "served")
            if served.exists():
                raise LookupError("no model")
            def handler(event, context):
                served.touch()
                return {"statusCode": 200}
        """,
    )
    assert run.code == 1
    assert re.search(r"did not start, in environment [23] \(init\): LookupError: no model", run.stderr)
    assert run.lab["complete"] is False
    assert run.lab["sent"]["init"]["environments"] in {2, 3}  # 3 where the first one takes longer than 4 s


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_shares_of_cpu_are_measured_with_as_many_at_once_as_may_be_at_work(lab: Lab, here: Path) -> None:
    run = lab(
        *("--without-records", "--arrivals", times(here, 0, 0.01, 2), "--memory", 512),
        handler=SLEEPS.format(seconds=0.1),
    )
    assert run.code == 0, run.stderr
    cpu = run.lab["cpu"]
    assert cpu["at_once"] >= 1
    assert cpu["at_once"] * cpu["shares"][0]["asked"] <= run.lab["host"]["cores"]
