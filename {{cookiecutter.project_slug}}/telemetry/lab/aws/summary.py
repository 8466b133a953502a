"""What the person who measured is told at the end."""

import shlex
from collections.abc import Iterator

from rich.console import Console

from telemetry.lab.aws.measurement import Measurement
from telemetry.lab.aws.settings import Settings
from telemetry.lab.terminal import print_lines, table


def show(measured: Measurement, console: Console, *, complete: bool) -> None:
    """Print what was measured, what came of it, and which file holds the records."""
    twin, settings = measured.twin, measured.settings
    where = f"Lambda in {twin.region}" if twin.where == "lambda" else "a loopback, not on Lambda"
    print_lines(console, [f"{twin.stack.function}: measured on {where}.", ""])
    rows = [
        (*deal.configuration, placement, measured.collected.proven(deal, placement))
        for deal in settings.deals
        for placement in deal.placements
    ]
    console.print(table(("MB", "init type", "placement", "environments"), rows, words={1, 2}))
    print_lines(console, ["", *_failures(measured), *_lacks(measured), *_cost(measured)])
    if not complete:
        print_lines(console, ["The run is incomplete."])
    print_lines(console, _files(settings, some=bool(measured.collected.requests)))


def _failures(measured: Measurement) -> Iterator[str]:
    collected = measured.collected
    if collected.failures:
        kinds = ", ".join(f"{name} ({count})" for name, count in collected.failures.most_common())
        yield (
            f"{collected.failures.total()} of {len(collected.requests)} requests had no 2xx response: "
            f"{kinds}. The function's log: {measured.twin.stack.log_group}"
        )
    if collected.again:
        yield f"Lambda throttled or failed {collected.again} times; the request was sent again, later."
    if collected.others:
        yield (
            f"{collected.others} environments had started in another way than was asked; they are in the "
            "records, and were not counted."
        )


def _lacks(measured: Measurement) -> Iterator[str]:
    if missing := len(measured.collected.missing()):
        yield (
            f"Of {missing} requests, not all lines came from {measured.twin.stack.log_group} in time; they "
            "may still come there."
        )
    if needed := measured.needs():
        yield f"{needed} environments are missing of those that were asked for."


def _cost(measured: Measurement) -> Iterator[str]:
    if measured.spending.prices is not None and measured.collected.requests:
        spent = measured.spending.so_far()
        beside = f", without {', '.join(sorted(spent.unknown))}" if spent.unknown else ""
        yield f"Lambda and its logs have cost about ${spent.dollars:.4f}{beside}."
    if lost := sum(block.unanswered for block in measured.spending.blocks):
        yield f"{lost} requests may have been billed without an answer; in that they count as time-outs."


def _files(settings: Settings, *, some: bool) -> Iterator[str]:
    if not some:
        yield f"No request was answered, so {settings.out} was not touched."
        return
    yield f"Records: {settings.out}"
    yield f"Next: python -m telemetry.report {shlex.quote(str(settings.out))}"
