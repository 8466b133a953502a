"""Environments at work never take more cores than there are."""

import asyncio
from random import Random

from telemetry.lab.run.load.cores import Cores


def test_holders_fit_into_the_cores_at_every_moment() -> None:
    cores, random = Cores(1.75, 0.58, 100), Random(1)  # noqa: S311 # repeatable
    held: list[float] = []
    waits: list[float] = []
    seen: list[float] = []

    async def work() -> None:
        amount = random.choice([0.58, 1.0])
        async with cores.held(amount) as lease:
            held.append(amount)
            waits.append(lease.waited)
            seen.append(sum(held))
            await asyncio.sleep(0)
            if amount == 1.0:
                held.remove(1.0)
                held.append(0.58)
                lease.lower(0.58)
                await asyncio.sleep(0)
                amount = 0.58
            held.remove(amount)

    async def many() -> None:
        await asyncio.gather(*(work() for _ in range(300)))

    asyncio.run(many())
    assert len(seen) == 300
    assert max(seen) <= 1.75 + 1e-6
    assert max(seen) > 1.5  # and no core is left idle
    assert sum(seconds > 0 for seconds in waits) > 200
    assert cores.waiting == 0


def test_first_come_first_served() -> None:
    order = []

    async def work(cores: Cores, number: int, amount: float) -> None:
        async with cores.held(amount):
            order.append(number)
            await asyncio.sleep(0)

    async def four() -> None:
        cores = Cores(2.0, 1.0, 100)
        # The third needs both cores; the fourth, which would fit, must not overtake it.
        await asyncio.gather(*(work(cores, number, amount) for number, amount in enumerate((1, 1, 2, 1))))

    asyncio.run(four())
    assert order == [0, 1, 2, 3]


def test_no_more_at_once_than_allowed() -> None:
    at_once = []

    async def work(cores: Cores) -> None:
        async with cores.held(1.0):
            at_once.append(1)
            await asyncio.sleep(0)
            assert len(at_once) <= 2
            at_once.pop()

    async def many() -> None:
        cores = Cores(10.0, 1.0, 2)
        await asyncio.gather(*(work(cores) for _ in range(10)))

    asyncio.run(many())


def test_more_than_there_is_takes_all() -> None:
    async def one() -> float:
        cores = Cores(0.75, 0.5, 100)
        async with cores.held(1.0) as lease:
            return lease.amount

    assert asyncio.run(one()) == 0.75


def test_who_gives_up_waiting_leaves_its_turn_to_the_next() -> None:
    async def three() -> None:
        cores = Cores(1.0, 1.0, 100)

        async def hold() -> None:
            async with cores.held(1.0):
                await asyncio.sleep(0)

        async with cores.held(1.0):
            waiting = [asyncio.create_task(hold()) for _ in range(2)]
            await asyncio.sleep(0)
            assert cores.waiting == 2
            waiting[0].cancel()
            await asyncio.sleep(0)
        await asyncio.wait_for(waiting[1], 10)
        assert cores.waiting == 0
        async with cores.held(1.0):
            pass

    asyncio.run(three())
