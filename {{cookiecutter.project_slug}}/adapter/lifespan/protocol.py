"""The ASGI lifespan protocol, from the server's side."""

import asyncio
import logging
import math
import time
from typing import Any, Literal, TypeAlias

from adapter.asgi import ASGIApp, Message
from adapter.errors import LifespanProtocolError
from adapter.facts import Outcome

Mode: TypeAlias = Literal["auto", "on"]

GRACE_S = 0.05
"""How long the app's task may go on after its last message, and after it was cancelled."""

logger = logging.getLogger("adapter")


class Lifespan:
    """One run of an app's lifespan; made, started and shut down inside one event loop.

    Two futures hold how the startup ended and how the shutdown did. The app's task ends both when it ends
    without a word. It runs in a copy of the context it was started in.
    """

    def __init__(self, app: ASGIApp, mode: Mode, ordinal: int) -> None:
        loop = asyncio.get_running_loop()
        self.ordinal = ordinal
        self.state: dict[str, Any] = {}
        self.outcome: Outcome = "failed"
        """How the startup ended."""
        self.error: BaseException | None = None
        """What left the app, or cut it."""
        self.refusal: str | None = None
        """Type of the message by which the app said that it cannot serve."""
        self.died_at_ns: int | None = None
        """When it ended by itself, after its startup."""
        self.death_stated = False
        """That it has died is stated, and nothing is left of it."""
        self._mode = mode
        self._message: str | None = None
        """Of `lifespan.startup.failed`."""
        self._asked = False
        """The app has received `lifespan.startup`."""
        self._up = False
        self._stopping = False
        self._messages: asyncio.Queue[Message] = asyncio.Queue()
        self._started: asyncio.Future[Outcome] = loop.create_future()
        self._stopped: asyncio.Future[Outcome] = loop.create_future()
        self._messages.put_nowait({"type": "lifespan.startup"})
        self._task = loop.create_task(self._run(app))

    @property
    def lost(self) -> bool:
        """Its event loop is closed."""
        return self._task.get_loop().is_closed()

    def lose(self) -> None:
        """Its event loop was closed: it can do nothing any more, not even end."""
        if self.outcome == "complete" and not self._stopped.done():
            self.error = RuntimeError("The event loop was closed")
            self._die()

    async def startup(self, within: float) -> bool:
        """Wait until the app has started, refused to, or shown that it has no lifespan.

        False if none of this happens `within` so many seconds; it may be called again then.
        """
        try:
            await asyncio.sleep(0)  # all that an app needs that awaits nothing
            if not self._started.done():
                await asyncio.wait({self._started}, timeout=within if within < math.inf else None)
            if not self._started.done():
                return False
            if self._started.result() == "failed":
                await asyncio.wait({self._task}, timeout=GRACE_S)  # for the exception behind the message
        except asyncio.CancelledError:
            if not self._completed():
                self._give_up()
                raise
        self.outcome = self._judged()
        if self.outcome != "complete":
            self._task.cancel()
        self._up = True
        self._log_startup()
        return True

    async def shutdown(self, within: float) -> Outcome:
        """Tell the app to stop and wait until it has, for `within` seconds at most."""
        self._stopping = True
        self._messages.put_nowait({"type": "lifespan.shutdown"})
        await asyncio.wait({self._stopped}, timeout=within)
        if self._stopped.done():
            await asyncio.wait({self._task}, timeout=GRACE_S)
        else:
            logger.warning("The lifespan's shutdown took longer than %g s and was cut.", within)
            self._stopped.set_result("failed")
            self.error = TimeoutError()
        await self.cut()
        # Freeing what was loaded belongs to the shutdown; the app's own names are gone with its task.
        self.state = {}
        return self._stopped.result()

    async def cut(self) -> None:
        """Cancel the app's task and wait until it has unwound, but not for long: it may refuse to end."""
        self._give_up()
        if not self._task.done():
            await asyncio.wait({self._task}, timeout=GRACE_S)

    def _give_up(self) -> None:
        for ending in (self._started, self._stopped):
            if not ending.done():
                ending.set_result("failed")
        self._task.cancel()

    def _completed(self) -> bool:
        return self._started.done() and self._started.result() == "complete"

    async def _run(self, app: ASGIApp) -> None:
        scope = {
            "type": "lifespan",
            "asgi": {"version": "3.0", "spec_version": "2.0"},
            "state": self.state,
        }
        try:
            await app(scope, self._receive, self._send)
        except BaseException as error:  # noqa: BLE001 - SystemExit here would tear down the loop and skip init/error
            self._end(error)
        else:
            self._end(None)

    def _end(self, error: BaseException | None) -> None:
        """The app's task is over."""
        if not self._started.done():
            self._decide(error)
        elif self._completed() and not self._stopped.done():
            if error is not None:
                logger.error("The lifespan ended with an exception.", exc_info=error)
            if self._up and not self._stopping:
                self._die()
        self.error = self.error or error
        if not self._stopped.done():
            self._stopped.set_result("complete" if error is None else "failed")

    def _decide(self, error: BaseException | None) -> None:
        """Judge an app that has sent neither `startup.complete` nor `startup.failed`, and will not.

        In `auto` that is what an app without lifespan looks like; but none says so by `SystemExit`.
        """
        self.error = error
        if self._mode == "on" or not isinstance(error, Exception | None):
            self._started.set_result("failed")
        else:
            self.state = {}
            self._started.set_result("unsupported")

    def _die(self, refusal: str | None = None) -> None:
        if self.died_at_ns is None:
            self.died_at_ns, self.refusal = time.time_ns(), refusal
            logger.error("The lifespan has ended by itself.")

    def _judged(self) -> Outcome:
        """How the startup ended, in view of what came right after `startup.complete`.

        To say that one has failed is to fail. To raise is so only where failures count; to return is to have
        nothing to shut down.
        """
        outcome = self._started.result()
        raised = self._mode == "on" and self.error is not None
        if outcome == "complete" and (self.died_at_ns is not None or raised):
            return "failed"
        return outcome

    def _log_startup(self) -> None:
        if self.outcome == "failed":
            cause = None if self._message else self.error
            logger.error("Startup failed. %s", self._message or "The app gave no message.", exc_info=cause)
        elif self.outcome == "unsupported" and self.error is not None and self._asked:
            logger.error(
                "Exception in 'lifespan' protocol. There was no `startup.failed`: served without it.",
                exc_info=self.error,
            )
        elif self.outcome == "unsupported":
            logger.info("The app has no lifespan.")

    async def _receive(self) -> Message:
        self._asked = True
        return await self._messages.get()

    async def _send(self, message: Message) -> None:
        kind = message["type"]
        starting = not self._started.done()
        running = self._completed() and not self._stopped.done()
        if kind == "lifespan.startup.complete" and starting:
            self._started.set_result("complete")
        elif kind == "lifespan.startup.failed" and starting:
            self._message, self.refusal = message.get("message", ""), kind
            self._started.set_result("failed")
        elif kind == "lifespan.shutdown.complete" and running and self._stopping:
            self._stopped.set_result("complete")
        elif kind == "lifespan.shutdown.failed" and running:
            what = "Shutdown" if self._stopping else "The lifespan"
            logger.error("%s failed. %s", what, message.get("message", ""))
            if not self._stopping:
                self._die(kind)
            self._stopped.set_result("failed")
        else:
            self._refuse(kind, dying=kind == "lifespan.startup.failed" and running and not self._stopping)

    def _refuse(self, kind: str, *, dying: bool) -> None:
        error = LifespanProtocolError(f"Unexpected message {kind!r} in the lifespan")
        if kind.startswith("lifespan."):
            logger.error("%s.", error)
        elif not self._started.done():
            self._decide(error)
        if dying:  # whatever the order of its words, the app says that it cannot serve
            self._die(kind)
        raise error
