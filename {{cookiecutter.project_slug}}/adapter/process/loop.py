"""The event loop that startup, every request and shutdown share."""

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any, TypeVar

from adapter.errors import NestedLoopError

T = TypeVar("T")

LEFTOVERS_S = 0.05
"""How long tasks that are still pending at the end get to unwind."""


class EventLoop:
    """A loop of our own, made at the first run and kept until `close`.

    Each run makes it the current loop first: user code may have run `asyncio.run`, which leaves none.
    """

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._left_at = 0.0

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run `work` in a task with a context of its own; raise `NestedLoopError` inside a running loop."""
        try:
            refuse_nesting()
        except NestedLoopError:
            work.close()
            raise
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self._loop)
        task = self._loop.create_task(work)
        try:
            return self._loop.run_until_complete(task)
        finally:
            # A SystemExit in a task beside this one leaves the loop at once; the rest must not go on later.
            task.cancel()

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
        """Cancel what is still pending and release the loop."""
        if self._loop is None or self._loop.is_closed():
            return
        self.run(_unwind())
        self._loop.close()
        asyncio.set_event_loop(None)


def refuse_nesting() -> None:
    """Raise `NestedLoopError` when an event loop is running in this thread."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return
    raise NestedLoopError(
        "LifespanAdapter runs an event loop of its own and cannot be called inside a running one. "
        "Call it from synchronous code, or from another thread."
    )


async def _unwind() -> None:
    pending = asyncio.all_tasks() - {asyncio.current_task()}
    for task in pending:
        task.cancel()
    if pending:
        await asyncio.wait(pending, timeout=LEFTOVERS_S)
    await asyncio.get_running_loop().shutdown_asyncgens()
