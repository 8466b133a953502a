"""Who serves, and who is ended, decided by times alone."""

from random import Random

import pytest

from telemetry.lab.run.load.idle_pool import IdlePool
from telemetry.workload import Pool
from tests.telemetry.lab.run.load.replay import cold_starts


def pool(idle: float = 10.0, age: float = float("inf"), faster: float = 1.0, **spread: float) -> IdlePool:
    return IdlePool(Pool(idle, age=age, **spread), Random(1), faster)  # noqa: S311 # a simulation


def test_the_newest_idle_environment_serves() -> None:
    found = pool()
    for number in (0, 1, 2):
        found.add(number, 0.0)
    for number in (1, 2, 0):
        found.put(number, 1.0)
    assert [found.take() for _ in range(4)] == [2, 1, 0, None]


def test_idle_time_begins_anew_with_each_use() -> None:
    found = pool(10.0)
    found.add(0, 0.0)
    assert found.put(0, 1.0) == 11.0
    assert found.take() == 0
    assert found.put(0, 5.0) == 15.0
    assert list(found.ended(14.9)) == []
    assert list(found.ended(15.0)) == [(0, "idle")]
    assert found.take() is None


def test_age_ends_an_environment_only_while_it_is_idle() -> None:
    found = pool(10.0, age=20.0)
    found.add(0, 0.0)
    assert found.put(0, 15.0) == 20.0
    assert found.take() == 0  # at 19, for a request that takes long
    assert list(found.ended(25.0)) == []
    assert found.put(0, 30.0) == 20.0
    assert list(found.ended(30.0)) == [(0, "age")]


def test_a_faster_clock_shortens_both_times() -> None:
    found = pool(630.0, age=7200.0, faster=60.0)
    found.add(0, 0.0)
    assert found.put(0, 1.0) == 11.5
    assert found.take() == 0
    assert found.put(0, 115.0) == 120.0


def test_emptied_gives_every_idle_environment_once() -> None:
    found = pool()
    for number in (0, 1):
        found.add(number, 0.0)
    found.put(1, 1.0)
    assert found.emptied() == [1]
    assert found.take() is None


def test_times_with_a_spread_are_log_normal_around_their_median() -> None:
    found = pool(100.0, spread=0.5)
    found.add(0, 0.0)
    times = []
    for _ in range(2000):
        times.append(found.put(0, 0.0))
        found.take()
    times.sort()
    assert times[1000] == pytest.approx(100, rel=0.05)
    assert times[1682] == pytest.approx(100 * 2.718281828**0.5, rel=0.1)  # 84 %: one standard deviation


@pytest.mark.parametrize("seed", range(20))
def test_same_cold_starts_as_an_exact_replay(seed: int) -> None:
    random = Random(seed)  # noqa: S311 # as above
    idle, age = random.choice([1.0, 3.0]), random.choice([5.0, float("inf")])
    now, arrivals, until = 0.0, [], []
    for _ in range(400):
        now += random.expovariate(random.choice([0.4, 4.0]))
        arrivals.append(now)
        until.append(now + random.lognormvariate(-0.5, 1.0))
    assert _cold(arrivals, until, idle, age) == cold_starts(arrivals, until, idle, age)


def _cold(arrivals: list[float], until: list[float], idle: float, age: float) -> list[bool]:
    found = pool(idle, age=age)
    busy: list[tuple[float, int]] = []
    cold = []
    for now, end in zip(arrivals, until, strict=True):
        for free, number in sorted(one for one in busy if one[0] <= now):
            list(found.ended(free))
            found.put(number, free)
            busy.remove((free, number))
        list(found.ended(now))
        taken = found.take()
        cold.append(taken is None)
        serves = sum(cold) - 1 if taken is None else taken
        if taken is None:
            found.add(serves, now)
        busy.append((end, serves))
    return cold
