"""What is said of a recording: why its forecast is refused, and what it leaves open."""

from collections.abc import Iterator
from typing import Final

from telemetry.report.choose.backtest import BackTest
from telemetry.report.choose.recorded import Recorded
from telemetry.report.choose.routing import Picks
from telemetry.report.choose.silences import silence_note
from telemetry.report.estimate.digits import digits

DAY: Final = 86400.0
RAREST: Final = 1e-4
"""Chance that is told as a number; less is said to be less."""
UNRECORDED: Final = 0.01
"""Share of the traffic from which on invocations without a record are told."""


def notes_of(recorded: Recorded, *, replayed: bool) -> Iterator[str]:
    """Yield what has to be known of the recording; `replayed`: its arrivals are, and not stated ones."""
    if recorded.far:
        yield f"{recorded.far:,} invocations are left out: by their clock they are far from all others"
    if not recorded.on_demand.all():
        yield "requests that provisioned environments served tell nothing of the pool on demand"
    if replayed:
        yield from _of_the_traffic(recorded)


def _of_the_traffic(recorded: Recorded) -> Iterator[str]:
    traffic = recorded.traffic
    if traffic.seconds < 7 * DAY:
        time, others = ("day", "hours and days") if traffic.seconds < DAY else ("week", "days of the week")
        yield f"less than a {time} was recorded: what other {others} bring is not in the intervals"
    if (note := silence_note(traffic.epoch + traffic.at, traffic.seconds)) is not None:
        yield note
    if traffic.version is not None:
        count = int(traffic.version.max()) + 1
        yield f"{count} versions ran: each has a pool of its own, as often as it was deployed"
    if traffic.pings is not None:
        yield (
            f"{int(traffic.pings.sum()):,} pings are replayed too, for they keep environments alive; they "
            "are no requests, and only their INIT is in the bill"
        )
    if recorded.unrecorded > UNRECORDED * int(traffic.requests.sum()):
        yield f"{recorded.unrecorded:,} more invocations left no record: this traffic is less than what came"


def refusal(test: BackTest, picks: Picks | None, *, fitted: bool) -> str:
    """Say why the forecast is not used; `fitted`: the pool is that of the records, and not a given one."""
    if test.reason is not None:
        return f"cannot tell: {test.reason}. Record a longer time, or name a pool: --pool published"
    return (
        f"cannot tell: tried on the later half of this recording, the pool forecasts {test.forecast:,.0f} "
        f"cold starts and {test.came:,} came; {_chance(test)}. {_unknown(picks, fitted=fitted)}"
    )


def _chance(test: BackTest) -> str:
    """Say how often chance alone misses by so much."""
    if test.p_value < RAREST:
        return f"chance misses by so much in less than {digits(100 * RAREST)} % of such recordings"
    return f"chance misses by so much in {digits(100 * test.p_value, 2)} % of such recordings"


def _unknown(picks: Picks | None, *, fitted: bool) -> str:
    if not fitted:
        return "The pool that --pool names is not that of these records; without --pool it is fitted to them"
    if picks is not None and picks.shuffled:
        return (
            f"The model has the newest idle environment take a request; of {picks.of:,} choices it was the "
            f"newest in {100 * picks.newest / picks.of:.0f} %"
        )
    return "This function's environments are ended, or started, in a way that the model does not know"
