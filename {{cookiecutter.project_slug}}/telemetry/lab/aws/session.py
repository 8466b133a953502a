"""A whole run on Lambda from its first look to its summary, whatever ends it."""

import secrets
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import BinaryIO, Final

import boto3

from telemetry.lab.aws.collected import Collected
from telemetry.lab.aws.cost import forecast
from telemetry.lab.aws.function import Function
from telemetry.lab.aws.marker import Marker
from telemetry.lab.aws.measurement import BEYOND_TIMEOUT_S, LOGS_PATIENCE, EndedError, Measurement
from telemetry.lab.aws.record import lab_record
from telemetry.lab.aws.refusals import has_expired
from telemetry.lab.aws.restoring import clean, remove, restore
from telemetry.lab.aws.settings import Settings
from telemetry.lab.aws.spending import Spending
from telemetry.lab.aws.statement import agreed, check_budget, statement
from telemetry.lab.aws.stopping import Sleep, Stop, StoppedError, noted_signals
from telemetry.lab.aws.summary import show
from telemetry.lab.aws.twin import Twin, check_parallel, find_function, find_twin
from telemetry.lab.events import EventSource
from telemetry.lab.terminal import output_console
from telemetry.prices import Prices, PricesError, prices_of
from telemetry.progress import progress
from telemetry.report.aws.clients import client
from telemetry.report.errors import UnusableError

STOPPED_PATIENCE: Final = 20.0
"""Seconds that lines may take to the log group once the run was stopped."""
RENEWAL: Final = 300.0
"""Seconds in which somebody at a terminal may renew credentials that have expired."""
RENEWAL_PAUSE: Final = 10.0
REFUSED: Final = 2


def measure(settings: Settings, sources: Sequence[EventSource]) -> int:
    """Do one run; return the exit code: 0, 1 when it is incomplete, 2 when nothing was begun.

    128 + n when signal n stopped it.

    Raises:
        UnusableError: AWS refuses what is read before anything is changed.
        UsageError: The stack is no twin, or the settings do not fit it.
    """
    stack, function = find_function(client("cloudformation"), client("lambda"), settings.stack, time.sleep)
    twin = find_twin(client("cloudformation"), stack, function)
    settings = replace(settings, memory_mb=settings.memory_mb or (twin.original.memory_mb,))
    check_parallel(twin, settings.parallel)
    prices = _prices(settings, twin)
    found = forecast(settings, twin, prices)
    sys.stderr.writelines(f"{line}\n" for line in statement(settings, twin, found, prices))
    check_budget(settings, found, prices)
    if not agreed(settings):
        sys.stderr.write("lab: nothing was changed or sent.\n")
        return REFUSED
    with noted_signals() as stop:
        return Session(settings, twin, prices, stop).run(sources)


def clean_up(stack: str) -> int:
    """Remove what a run that was killed has left behind; return the exit code.

    Raises:
        UnusableError: AWS refuses.
    """
    _, function = find_function(client("cloudformation"), client("lambda"), stack, time.sleep)
    done = list(_told(clean(function)))
    if not done:
        tell(f"lab: nothing of a run is left on {function.name}.\n")
    return 0


def tell(text: str) -> None:
    """Write to standard error, if there is one left: a terminal may be closed while things are put back."""
    with suppress(OSError):
        sys.stderr.write(text)


def renew() -> None:
    """Give somebody time to renew credentials, and forget those that have expired."""
    time.sleep(RENEWAL_PAUSE)
    boto3.setup_default_session()


def _told(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        tell(f"lab: {line}\n")
        yield line


def _prices(settings: Settings, twin: Twin) -> Prices | None:
    try:
        return prices_of(twin.region, twin.original.architecture, settings.prices)
    except PricesError:
        if settings.prices is not None:
            raise
        return None


@dataclass(slots=True)
class Session:
    """One run, once it was agreed on."""

    settings: Settings
    twin: Twin
    prices: Prices | None
    stop: Stop

    def run(self, sources: Sequence[EventSource]) -> int:
        """Measure, and leave everything as it was."""
        began, complete, code = time.monotonic(), False, 1
        with self.settings.partial_out.open("wb", buffering=0) as out:
            collected = Collected(lambda line: _write(out, line))
            measured = self._measurement(collected)
            out.write(lab_record(measured, 0.0, complete=False))
            try:
                with self._left_as_it_was(measured):
                    self._marked(measured)
                    with progress("lab", max(1, measured.needs()), "environments") as advance:
                        measured.run(sources, advance)
                    complete = not measured.needs()
            except StoppedError as stopped:
                code = 128 + stopped.number
            except (EndedError, UnusableError) as error:
                tell(f"lab: {error}\n")
            finally:
                out.write(lab_record(measured, time.monotonic() - began, complete=complete))
                if collected.requests:
                    self.settings.partial_out.replace(self.settings.out)
                show(measured, output_console(), complete=complete)
        return 0 if complete and any(one.succeeded for one in collected.requests.values()) else code

    def _measurement(self, collected: Collected) -> Measurement:
        once = {"retries": {"mode": "standard", "total_max_attempts": 1}}
        waits = self.twin.original.timeout_s + BEYOND_TIMEOUT_S
        return Measurement(
            settings=self.settings,
            twin=self.twin,
            marker=Marker.now(secrets.token_hex(4)),
            function=Function(client("lambda"), self.twin.stack.function, self.stop.sleep),
            invoke=client("lambda", read_timeout=waits, max_pool_connections=self.settings.parallel, **once),
            logs=client("logs"),
            collected=collected,
            stop=self.stop,
            spending=Spending(self.settings, self.twin.original, self.prices, collected),
        )

    def _marked(self, measured: Measurement) -> None:
        """Put the marker on the function, and see to it that a version holds the original configuration."""
        function, original = measured.function, self.twin.original
        function.tag(original.arn, str(measured.marker))
        before = function.settled()
        if not before.is_like(original):
            raise UnusableError(f"function {function.name}: somebody else has changed it meanwhile.")
        kept = function.publish(before, measured.marker.description)
        if not kept.is_like(original):
            raise UnusableError(f"function {function.name}: Lambda has published another version.")
        made = kept.description == measured.marker.description
        measured.marker = replace(measured.marker, original=kept.version, made=made)
        function.tag(original.arn, str(measured.marker))

    @contextmanager
    def _left_as_it_was(self, measured: Measurement) -> Iterator[None]:
        """Restore first of all, then wait for what is under way, then remove what was made."""
        patience = STOPPED_PATIENCE
        sleep: Sleep = time.sleep
        try:
            yield
            patience, sleep = LOGS_PATIENCE, self.stop.sleep
        finally:
            self._leave(measured, patience, sleep)

    def _leave(self, measured: Measurement, patience: float, sleep: Sleep) -> None:
        if measured.senders is not None:
            measured.senders.halt()
        function = self._restored(measured)
        if measured.senders is not None:
            tell(
                "lab: now it waits for the requests under way, until none has been answered for "
                f"{measured.longest_answer_s:.0f} s, and then removes what it made.\n"
            )
        try:
            measured.finish(patience, sleep)
        except (StoppedError, UnusableError) as error:
            tell(f"lab: not all records could be read: {error}\n")
        finally:
            if function is not None:
                self._removed(function, measured)

    def _restored(self, measured: Measurement) -> Function | None:
        """Put the original configuration back; return the function, or None where that failed."""
        end = time.monotonic() + (RENEWAL if sys.stderr.isatty() else 0)
        while True:
            function = Function(client("lambda"), self.twin.stack.function, time.sleep)
            try:
                outcome = restore(function, self.twin.original)
            except UnusableError as error:
                if has_expired(error) and time.monotonic() < end:
                    tell("lab: the credentials have expired; renew them, and I go on to restore.\n")
                    renew()
                    continue
                tell(self._not_left(measured, error))
                return None
            tell(f"lab: {OUTCOMES[outcome].format(function.name)}\n")
            return None if outcome == "gone" else function

    def _removed(self, function: Function, measured: Measurement) -> None:
        try:
            for _ in remove(function, self.twin.original.arn, measured.marker.description):
                pass
        except UnusableError as error:
            tell(self._not_left(measured, error))

    def _not_left(self, measured: Measurement, error: UnusableError) -> str:
        return (
            f"lab: {error}\nlab: {self.twin.stack.function} is not as it was: run {measured.marker.run} has "
            "left something there. Put it right with "
            f"python -m telemetry lab --stack {self.settings.stack} --clean\n"
        )


OUTCOMES: Final = {
    "restored": "the configuration of {} is the original one again.",
    "unchanged": "the configuration of {} was not changed.",
    "replaced": "somebody else has changed {} meanwhile; their configuration was left as it is.",
    "gone": "{} is gone, so there is nothing to restore.",
}


def _write(out: BinaryIO, line: bytes) -> None:
    out.write(line)
