"""Requests to one version, several at a time: each thread sends its own, one after the other."""

import base64
import json
import math
import queue
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from random import SystemRandom
from typing import Any, Final

from telemetry.lab.aws.refusals import RESTORE_FAILED, code_of, may_have_run, may_pass, request_id_of
from telemetry.lab.aws.stopping import LOOK, pauses
from telemetry.lab.platform.invocation import http_status, stamped_event
from telemetry.report.aws.clients import explained
from telemetry.report.errors import UnusableError

PATIENCE: Final = 120.0
"""Seconds in which a request is sent again while Lambda throttles it, or fails by itself."""


@dataclass(frozen=True, slots=True)
class Target:
    """What is invoked."""

    function: str
    qualifier: str
    """A version, or the alias that leads to it."""
    version: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for one event."""

    request_id: str
    failure: str | None
    """Why there was no 2xx response, in a few words; None where there was one."""
    crashed: bool
    """The function did not end the request itself, so it may have left no record."""
    tail: tuple[bytes, ...]
    """The last lines of the log, 4 kB of it."""
    again: int
    """How often it was sent before, and refused."""


class Senders:
    """Threads that send, each its own events; what comes back is taken by the thread that made them.

    Args:
        client: Sends each request once.
        target: What it is sent to.
        sequences: The events of each thread.
        repeatable: How many requests may be sent again that may have been billed; None for any number.
    """

    def __init__(
        self,
        client: Any,
        target: Target,
        sequences: Sequence[Sequence[Mapping[str, Any]]],
        repeatable: int | None = None,
    ) -> None:
        self._client = client
        self._target = target
        self._repeatable = repeatable
        self._lock = threading.Lock()
        self._in_flight = 0
        self._lost = 0
        self._answers: queue.SimpleQueue[Answer | BaseException | None] = queue.SimpleQueue()
        """None for each thread that has ended."""
        self._halted = threading.Event()
        self._running = len(sequences)
        for events in sequences:
            threading.Thread(target=self._work, args=(events,), daemon=True).start()

    def answers(self, check: Callable[[], None]) -> Iterator[Answer]:
        """Yield what comes back until all have ended; `check` is called often and may raise.

        Raises:
            UnusableError: AWS refuses.
        """
        for found in self._found(check):
            if isinstance(found, BaseException):
                self.halt()
                raise found
            yield found

    def rest(self, patience: float) -> Iterator[Answer]:
        """Send nothing more; yield what still comes back, until nothing has for `patience` seconds."""
        self.halt()
        for found in self._found(lambda: None, patience):
            if not isinstance(found, BaseException):  # it has been said already that AWS refuses
                yield found

    def _found(
        self, check: Callable[[], None], patience: float = math.inf
    ) -> Iterator[Answer | BaseException]:
        last = time.monotonic()
        while self._running:
            check()
            try:
                found = self._answers.get(timeout=LOOK)
            except queue.Empty:
                if time.monotonic() - last > patience:
                    return
                continue
            last = time.monotonic()
            if found is None:
                self._running -= 1
            else:
                yield found

    def halt(self) -> None:
        """Send nothing more; what has been sent goes on."""
        self._halted.set()

    def unanswered(self) -> int:
        """Return how many requests Lambda may have billed without an answer, those in flight included."""
        with self._lock:
            return self._in_flight + self._lost

    def _work(self, events: Sequence[Mapping[str, Any]]) -> None:
        try:
            for event in events:
                answer = None if self._halted.is_set() else self._send(event)
                if answer is None:
                    break
                self._answers.put(answer)
        except BaseException as error:  # noqa: BLE001 # raised again by the thread that takes the answers
            self._answers.put(error)
        finally:
            self._answers.put(None)

    def _send(self, event: Mapping[str, Any]) -> Answer | None:
        """Send one event until Lambda takes it; None where the run has ended meanwhile."""
        for again, pause in enumerate(pauses(PATIENCE)):
            try:
                with self._counted():
                    return self._sent(event, again)
            except UnusableError as error:
                if code_of(error) in RESTORE_FAILED:  # as a function that crashes, which is an answer
                    return Answer(request_id_of(error), code_of(error), crashed=True, tail=(), again=again)
                if not may_pass(error):
                    raise
                self._check_repeatable(error)
                refused = error
            if self._halted.wait(pause * SystemRandom().uniform(0.5, 1)):
                return None
        raise UnusableError(f"{refused} It was so for {PATIENCE:.0f} s.")

    @contextmanager
    def _counted(self) -> Iterator[None]:
        """Count a request while it is in flight, and from then on if it may have run without an answer."""
        with self._lock:
            self._in_flight += 1
        lost = False
        try:
            yield
        except UnusableError as error:
            lost = may_have_run(error)
            raise
        finally:
            with self._lock:
                self._in_flight -= 1
                self._lost += lost

    def _check_repeatable(self, error: UnusableError) -> None:
        if self._repeatable is not None and may_have_run(error) and self._lost > self._repeatable:
            raise UnusableError(
                f"{error} Lambda may have billed this; sending it again could pass the budget."
            ) from error.__cause__

    def _sent(self, event: Mapping[str, Any], again: int) -> Answer:
        target = self._target
        with explained(f"request to version {target.version}"):
            found = self._client.invoke(
                FunctionName=target.function,
                Qualifier=target.qualifier,
                LogType="Tail",
                Payload=stamped_event(event, str(uuid.uuid4())),
            )
            body = found["Payload"].read()
        if found.get("ExecutedVersion") != target.version:
            raise UnusableError(
                f"request to version {target.version}: Lambda ran version {found.get('ExecutedVersion')}."
            )
        return _answer(found, body, again)


def _answer(found: Mapping[str, Any], body: bytes, again: int) -> Answer:
    crashed = "FunctionError" in found
    tail = base64.b64decode(found.get("LogResult", ""))
    request_id = found["ResponseMetadata"].get("RequestId", "")
    failure = _error_type(body) if crashed else _bad_status(body)
    return Answer(request_id, failure, crashed, tuple(tail.splitlines()), again)


def _bad_status(body: bytes) -> str | None:
    status = http_status(body)
    return None if status is None or 200 <= status < 300 else f"status {status}"  # HTTP's


def _error_type(body: bytes) -> str:
    """Return the type of an exception; its text may hold what nobody is to read."""
    try:
        found = json.loads(body)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        return "error"
    if "timed out" in str(found.get("errorMessage", "")).lower():
        return "timeout"
    return str(found.get("errorType", "error"))[:80]
