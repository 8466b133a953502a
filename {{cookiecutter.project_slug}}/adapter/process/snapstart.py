"""SnapStart: what happens around the snapshot of a process, and after each copy of it is restored."""

import logging
import sys
import time
from collections.abc import Callable
from typing import Any

from adapter.errors import SnapshotHookError
from adapter.facts import SnapshotAnnounced
from adapter.process.loop import EventLoop
from adapter.process.observer import Observer
from adapter.settings import Hook, Settings

logger = logging.getLogger("adapter")


class SnapStart:
    """Runs the app's hooks on the loop; the lifespan is kept. Raises `SnapshotHookError`, for Lambda to see.

    `on_restored` is told when the copy woke up, in Unix nanoseconds, and how many the app's hook took.
    """

    def __init__(
        self,
        settings: Settings,
        loop: EventLoop,
        observer: Observer,
        state: Callable[[], dict[str, Any]],
        on_restored: Callable[[int, int], None],
    ) -> None:
        self._settings = settings
        self._loop = loop
        self._observer = observer
        self._state = state
        self._on_restored = on_restored

    def register(self) -> None:
        """Have Lambda's runtime client call `before` and `after`."""
        # Part of Lambda's runtime, and of use under SnapStart only.
        from snapshot_restore_py import (  # type: ignore[import-untyped]  # noqa: PLC0415
            register_after_restore,
            register_before_snapshot,
        )

        register_before_snapshot(self.before)
        register_after_restore(self.after)

    def before(self) -> None:
        """Make ready for the snapshot."""
        self._call("before_snapshot", self._settings.before_snapshot)
        self._observer(SnapshotAnnounced(time.time_ns()))
        self._loop.suspend()

    def after(self) -> None:
        """Become a process of its own."""
        at_ns = time.time_ns()
        self._loop.resume()
        if (random := sys.modules.get("random")) is not None:
            random.seed()  # else every copy draws the same numbers
        began = time.perf_counter_ns()
        self._call("after_restore", self._settings.after_restore)
        self._on_restored(at_ns, time.perf_counter_ns() - began)

    def _call(self, name: str, hook: Hook | None) -> None:
        if hook is None:
            return

        async def run() -> None:
            await hook(self._state())

        try:
            self._loop.run(run())
        except BaseException as error:
            logger.exception("%s failed.", name)
            raise SnapshotHookError(name, error) from error
