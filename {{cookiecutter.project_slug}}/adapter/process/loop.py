"""The event loop that startup, every request and shutdown share."""

import asyncio
import contextlib
import logging
import os
import sys
from collections.abc import Callable, Coroutine
from typing import Any, Final, TypeVar
from weakref import WeakSet

from adapter.errors import NestedLoopError
from adapter.process.identity import inside_lambda
from adapter.process.time_limits import DeadlineGuard

T = TypeVar("T")

LEFTOVERS_S = 0.05
"""How long tasks that are still pending at the end get to unwind."""
MOST_TURNS: Final = 50
"""Of the loop, to catch up with what became due: far more than it takes, but not without end."""
BLIND_TURNS: Final = 12
"""The same, where the loop does not show whether anything is left to do."""
MADE_HERE: Final = "_made_by_lifespan_adapter"
"""Attribute of the loops that adapters have made, which no other adapter may adopt."""

logger = logging.getLogger("adapter")


class EventLoop:
    """The thread's current loop where it is free, so that what was connected on it works; else a new one.

    It is chosen at the first run, and kept for as long as a lifespan lives on it. One that was adopted is
    never closed here, and one that an adapter has made is adopted by no other.

    Args:
        adopts: False after a fork: the parent's loops share their file descriptors with this process.
        deadline_s: Seconds before the invocation's timeout at which a request is cut; 0 is never.
    """

    def __init__(self, *, adopts: bool = True, deadline_s: float = 0) -> None:
        self.deadline = DeadlineGuard(deadline_s)
        self.holds_lifespan = False
        """Something lives on the loop that would be lost with it."""
        self.on_chosen: Callable[[asyncio.AbstractEventLoop], None] | None = None
        """Called with each loop that is chosen."""
        self._adopts = adopts
        self._loop: asyncio.AbstractEventLoop | None = None
        self._others: WeakSet[asyncio.Task[Any]] | None = None
        """Tasks that an adopted loop had before; None for a loop that was made here."""
        self._turning = False
        self._left_at = 0.0

    def prepare(self) -> None:
        """Choose the loop, for code that asks for the thread's current one before the first run."""
        self._chosen()

    def run(self, work: Coroutine[Any, Any, T], *, survives: bool = False) -> T:
        """Run what the adapter itself has to wait for, in a task with a context of its own.

        No app can cancel it: it is not among `asyncio.all_tasks()`.

        Args:
            work: Is done in one run.
            survives: Go on when a task beside it raises `SystemExit` or `KeyboardInterrupt`.

        Raises:
            NestedLoopError: An event loop is running in this thread.
            BaseException: Whatever `work` raised; without `survives`, what is named there.
        """
        task = self._task(work)
        asyncio._unregister_task(task)  # noqa: SLF001 - documented for those who extend asyncio
        self._drive(task, survives=survives)
        return task.result()

    def serve(self, work: Coroutine[Any, Any, None]) -> bool:
        """Run a request until it ends, whatever it does to its task and to the loop, or until its time is up.

        Its outcome is for `work` to keep: a task that was cancelled as it returned has no result.

        Returns:
            Whether it was cut, since its time was up.

        Raises:
            NestedLoopError: An event loop is running in this thread.
        """
        task = self._task(work)
        self.deadline.watch(task)
        try:
            self._drive(task, survives=None)
        finally:
            cut = self.deadline.release()
        return cut

    def catch_up(self) -> None:
        """Do what became due since the last run: timers, sockets that were closed, and what follows."""
        if self._loop is not None and not self._loop.is_closed():
            task = self._task(_settle(self._loop))
            asyncio._unregister_task(task)  # noqa: SLF001 - as above
            self._drive(task, survives=None)

    def lost(self) -> bool:
        """Whether someone else has closed the loop."""
        return self._loop is not None and self._loop.is_closed()

    def suspend(self) -> None:
        """Note the loop's time, before a snapshot is taken."""
        if self._loop is not None:
            self._left_at = self._loop.time()

    def resume(self) -> None:
        """Keep the loop's time from going back: a snapshot wakes up on another machine, by another clock.

        Timers set before it would wait for the difference. A leap forward is left as it is: what became due
        meanwhile is due, as after a freeze.
        """
        if self._loop is None:
            return
        clock = self._loop.time
        behind = self._left_at - clock()
        if behind > 0:
            with contextlib.suppress(AttributeError):  # uvloop's clock cannot be replaced
                self._loop.time = lambda: clock() + behind  # type: ignore[method-assign]

    def close(self) -> None:
        """Cancel what is still pending, and release the loop."""
        refuse_nesting()
        self._release()

    def _task(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        if is_looping():
            work.close()
            refuse_nesting()
        return self._chosen().create_task(work)

    def _drive(self, task: asyncio.Task[Any], *, survives: bool | None) -> None:
        """Run the loop until `task` is done, however often it is stopped before.

        Args:
            task: Made on the loop.
            survives: As for `run`; None is inside Lambda, where an exit would cost the response.
        """
        loop = task.get_loop()
        task.add_done_callback(self._stop)
        self._turning = True
        try:
            while self._turning and not self.deadline.passed:
                try:
                    loop.run_forever()
                except (SystemExit, KeyboardInterrupt):
                    if _exits(task) or not (inside_lambda(os.environ) if survives is None else survives):
                        raise
                    logger.exception("A task beside the adapter's would have ended the process: it goes on.")
        except BaseException:
            task.cancel()  # the rest of it must not go on in another run
            raise
        finally:
            if self._turning:
                task.remove_done_callback(self._stop)

    def _stop(self, task: asyncio.Task[Any]) -> None:
        """Stop the loop, unless such an exception has left it already."""
        if not _exits(task):
            self._turning = False
            task.get_loop().stop()

    def _chosen(self) -> asyncio.AbstractEventLoop:
        loop, current = self._loop, _current_loop()
        if loop is not None and loop is current and not loop.is_closed():
            return loop
        free = current if self._adopts and current is not None and _is_free(current) else None
        if loop is None or loop.is_closed() or (free is not None and not self.holds_lifespan):
            self._release()
            loop = self._choose(free)
        if free is None:  # no run of others is disturbed: it is theirs that stays the current one
            asyncio.set_event_loop(loop)
        return loop

    def _choose(self, free: asyncio.AbstractEventLoop | None) -> asyncio.AbstractEventLoop:
        if free is None:
            loop = asyncio.new_event_loop()
            with contextlib.suppress(AttributeError):
                setattr(loop, MADE_HERE, True)
            self._others = None
        else:
            loop = free
            self._others = WeakSet(asyncio.all_tasks(loop))
        self._loop = loop
        if self.on_chosen is not None:
            self.on_chosen(loop)
        return loop

    def _release(self) -> None:
        loop = self._loop
        if loop is not None and not loop.is_closed():
            self.deadline.disarm()
            task = loop.create_task(self._unwind())
            asyncio._unregister_task(task)  # noqa: SLF001 - as in `run`
            self._drive(task, survives=True)
            if self._others is None:
                loop.close()
                if _current_loop() is loop:
                    asyncio.set_event_loop(None)
        self._loop = None

    async def _unwind(self) -> None:
        pending = asyncio.all_tasks() - set(self._others or ())
        for task in pending:
            task.cancel()
        if pending:
            await asyncio.wait(pending, timeout=LEFTOVERS_S)
        if self._others is None:
            await asyncio.get_running_loop().shutdown_asyncgens()


def is_looping() -> bool:
    """Whether an event loop is running in this thread."""
    return asyncio._get_running_loop() is not None  # noqa: SLF001 - documented, and raises nothing


def refuse_nesting() -> None:
    """Raise `NestedLoopError` when an event loop is running in this thread."""
    if is_looping():
        raise NestedLoopError(
            "LifespanAdapter runs an event loop of its own and cannot be called inside a running one. "
            "Call it from synchronous code, or from another thread."
        )


def _current_loop() -> asyncio.AbstractEventLoop | None:
    """The thread's current loop; asked in public, Python before 3.14 would make one where there is none."""
    if sys.version_info >= (3, 14):
        try:
            return asyncio.get_event_loop()
        except RuntimeError:
            return None
    local = getattr(asyncio.get_event_loop_policy(), "_local", None)
    loop: asyncio.AbstractEventLoop | None = getattr(local, "_loop", None)
    return loop


def _is_free(loop: asyncio.AbstractEventLoop) -> bool:
    return not (loop.is_closed() or loop.is_running() or hasattr(loop, MADE_HERE))


def _exits(task: asyncio.Task[Any]) -> bool:
    """Whether a task has ended by an exception that asyncio lets through the loop."""
    return (
        task.done() and not task.cancelled() and isinstance(task.exception(), SystemExit | KeyboardInterrupt)
    )


async def _settle(loop: asyncio.AbstractEventLoop) -> None:
    """Let the loop turn until nothing is ready, as far as it lets that be seen."""
    ready = getattr(loop, "_ready", None)
    for _ in range(BLIND_TURNS if ready is None else MOST_TURNS):
        await asyncio.sleep(0)
        if ready is not None and not ready:
            return
