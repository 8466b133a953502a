"""What is said before anything is changed, and the question whether to go on."""

import sys
from collections.abc import Iterator
from typing import IO

from telemetry.lab.aws.cost import Forecast
from telemetry.lab.aws.settings import Settings
from telemetry.lab.aws.twin import Twin
from telemetry.lab.usage import UsageError
from telemetry.prices import Prices


def statement(settings: Settings, twin: Twin, found: Forecast, prices: Prices | None) -> Iterator[str]:
    """Yield the lines."""
    where = "" if twin.where == "lambda" else " (no Lambda of AWS's, but a loopback in its place)"
    yield f"lab: this measures a function of account {twin.account} in {twin.region}{where}:"
    yield f"  function    {twin.stack.function}, of stack {twin.stack.name}"
    yield f"  placements  {', '.join(settings.placements)}"
    yield f"  memory      {', '.join(f'{size} MB' for size in settings.memory_mb)}"
    yield f"  init types  {', '.join(settings.init_types)}"
    yield (
        f"  calls       {found.calls:,} requests to {found.versions} "
        f"version{'s' if found.versions > 1 else ''}, {settings.parallel} at once; "
        f"at most {found.most_calls:,} to {found.most_versions}"
    )
    yield (
        f"  time        about {_duration(found.seconds)}; about {_duration(found.most_seconds)} if each "
        "request times out"
    )
    yield f"  dollars     {_dollars(found, prices)}"
    if settings.budget is not None:
        yield f"  budget      ${settings.budget:g}: no block begins that could pass it"
    yield (
        "The events are executed for real, as the twin's role: what they write, send or delete is written, "
        "sent and deleted, many times over."
    )
    yield (
        "The function's memory, variables and SnapStart are changed meanwhile, and put back first of all at "
        "the end. The alias that its own requests go to is not touched."
    )


def _dollars(found: Forecast, prices: Prices | None) -> str:
    if prices is None:
        return "not known: no prices of this region and processor; name them with --prices FILE"
    text = (
        f"${found.bill.dollars:.2f} at worst, if each request times out (prices of {prices.region}, "
        f"{prices.architecture}, {prices.date}; Lambda and its logs, neither what the events use beside nor "
        "what is sent again because Lambda failed)"
    )
    if found.bill.unknown:
        text += f"; not in it, their price is not known: {', '.join(sorted(found.bill.unknown))}"
    return text


def check_budget(settings: Settings, found: Forecast, prices: Prices | None) -> None:
    """Check that a budget can be kept.

    Raises:
        UsageError: There are no prices to reckon with, or it is too small for any block.
    """
    if settings.budget is None:
        return
    if prices is None or found.bill.unknown:
        unknown = "Lambda" if prices is None else ", ".join(sorted(found.bill.unknown))
        raise UsageError(
            f"--budget {settings.budget:g}: the price of {unknown} is not known, so it could not be kept; "
            "name prices with --prices FILE, as docs/choose.md shows, that of logs included"
        )
    if settings.budget < found.least:
        raise UsageError(
            f"--budget {settings.budget:g}: no block may begin, because the cheapest could cost "
            f"${found.least:.4f}; give more, or have fewer --invocations or --parallel"
        )


def agreed(settings: Settings) -> bool:
    """Ask whether to go on, unless `--yes` says so.

    Raises:
        UsageError: There is nobody to ask.
    """
    if settings.yes:
        return True
    if not is_terminal(sys.stdin):
        raise UsageError("there is no terminal to ask on: if this is what you want, add --yes")
    sys.stderr.write("Go on? [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def is_terminal(file: IO[str]) -> bool:
    """Whether somebody can type there."""
    return file.isatty()


def _duration(seconds: float) -> str:
    if seconds < 90:  # from there on minutes read better
        return f"{seconds:.0f} s"
    minutes = seconds / 60
    return f"{minutes:.0f} minutes" if minutes < 120 else f"{minutes / 60:.1f} hours"  # as above
