"""Sends requests when they arrive, each to an environment of the pool or to a new one, as Lambda does."""

import asyncio
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Final

from telemetry.lab.run.failures import RunStoppedError
from telemetry.lab.run.load.cores import IN_INIT
from telemetry.lab.run.load.traffic import Request, Traffic
from telemetry.lab.run.plan import PlannedEnvironment
from telemetry.lab.run.runner import RecordedEnvironment, Runner
from telemetry.progress import Advance

MOST_ALIVE: Final = 100
"""Environments at once: each takes memory and file descriptors, and is watched."""
SPARE: Final = 1.25
"""Times the memory of the largest environment that must be left to start another one."""


class Fleet:
    """The environments of a run, each of them a task."""

    def __init__(
        self, runner: Runner, traffic: Traffic, planned: Iterator[PlannedEnvironment], advance: Advance
    ) -> None:
        """Begin with an empty pool.

        Args:
            runner: Makes environments, and records what they do.
            traffic: What comes, and what serves it.
            planned: Environments to be, in the order in which they are started.
            advance: Called after each request.
        """
        self._runner = runner
        self._counts = runner.counts.load
        self._traffic = traffic
        self._pool = traffic.pool
        self._cores = traffic.cores
        self._planned = planned
        self._advance = advance
        self._numbers = count()
        self._inboxes: dict[int, asyncio.Future[Request | None]] = {}
        """Of idle environments; None ends one."""
        self._alive = 0
        self._peak_mb = 0
        """Memory of the largest environment so far."""
        self._closing = False

    async def serve(self) -> None:
        """Send each request when it is due, and end all environments after the last one.

        Raises:
            RunStoppedError: As in `Runner.opened`; or more environments are needed than this machine holds.
        """
        try:
            async with asyncio.TaskGroup() as tasks:
                await self._receive(tasks)
                self._closing = True
                for number in self._pool.emptied():
                    self._hand(number, None)
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from None

    async def _receive(self, tasks: asyncio.TaskGroup) -> None:
        began = self._now()
        for request in self._traffic.requests:
            due = began + request.at / self._traffic.faster
            await asyncio.sleep(due - self._now())
            self._counts.latest = max(self._counts.latest, self._now() - due)
            self._route(request, tasks)

    def _route(self, request: Request, tasks: asyncio.TaskGroup) -> None:
        """Give a request to the newest idle environment; where none is idle, to a new one."""
        now = self._now()
        self._end_due(now)
        self._counts.arrived += 1
        number = self._pool.take()
        if number is not None:
            self._hand(number, request)
            return
        self._must_hold_another()
        self._counts.wants["all_busy" if self._alive else "none_alive"] += 1
        self._alive += 1
        self._counts.most_alive = max(self._counts.most_alive, self._alive)
        number = next(self._numbers)
        self._pool.add(number, now)
        tasks.create_task(self._live(number, next(self._planned), request))

    async def _live(self, number: int, planned: PlannedEnvironment, first: Request) -> None:
        """Be one environment, from its first request to its end."""
        at_work = self._cores.share
        async with self._runner.opened(planned) as environment:
            async with self._cores.held(max(at_work, IN_INIT)) as cores:
                self._counts.count_wait(cores.waited)
                await environment.init()
                cores.lower(at_work)
                await self._send(environment, first, planned)
            while (request := await self._next(number)) is not None:
                async with self._cores.held(at_work) as cores:
                    self._counts.count_wait(cores.waited)
                    await self._send(environment, request, planned)
            async with self._cores.held(at_work):
                await environment.end()

    async def _send(
        self, environment: RecordedEnvironment, request: Request, planned: PlannedEnvironment
    ) -> None:
        invocation = await environment.send(request.event)
        self._peak_mb = max(self._peak_mb, invocation.outcome.peak_memory_mb or 0)
        self._advance(planned.arm)

    async def _next(self, number: int) -> Request | None:
        """Be idle until a request comes; None when the environment is to end."""
        if self._closing:
            return None
        loop = asyncio.get_running_loop()
        inbox: asyncio.Future[Request | None] = loop.create_future()
        self._inboxes[number] = inbox
        ends = self._pool.put(number, self._now())
        loop.call_at(ends, self._end_due, ends)
        return await inbox

    def _end_due(self, now: float) -> None:
        """End the idle environments whose time has come: no request can reach them any more."""
        for number, cause in self._pool.ended(now):
            self._counts.ended[cause] += 1
            self._alive -= 1
            self._hand(number, None)

    def _hand(self, number: int, request: Request | None) -> None:
        """Give an idle environment a request, or None to end it."""
        inbox = self._inboxes.pop(number)
        if not inbox.done():  # it is when the run is being stopped
            inbox.set_result(request)

    def _must_hold_another(self) -> None:
        """Make sure that this machine can hold another environment.

        Raises:
            RunStoppedError: It cannot.
        """
        left = available_memory_mb()
        if self._alive >= MOST_ALIVE:
            why = f"more than {MOST_ALIVE} environments at once are needed"
        elif left is not None and left < self._peak_mb * SPARE:
            why = f"another environment takes up to {self._peak_mb} MB of memory, and {left} MB are left"
        else:
            return
        raise RunStoppedError(
            f"lab: {why}, after {self._counts.arrived - 1} requests, with {self._alive} environments alive, "
            f"of which {self._cores.waiting} wait for this machine's CPU: it cannot keep up with these "
            "arrivals. Let fewer arrive, or with a smaller --time-lapse. The run stops here.\n"
        )

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()


def available_memory_mb() -> int | None:
    """Return how much memory programs can still take here; None where the system does not tell."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    found = (int(line.split()[1]) // 1024 for line in lines if line.startswith("MemAvailable:"))
    return next(found, None)
