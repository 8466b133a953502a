"""What is said of a recording: why its forecast is refused, and what it leaves open."""

from collections.abc import Iterator
from typing import Final

from telemetry.report.choose.backtest import BackTest
from telemetry.report.choose.recorded import Recorded
from telemetry.report.choose.routing import Picks
from telemetry.report.choose.silences import silence_note

DAY: Final = 86400.0
UNRECORDED: Final = 0.01
"""Share of the traffic from which on invocations without a record are told."""


def notes_of(recorded: Recorded) -> Iterator[str]:
    """Yield what has to be known of the traffic."""
    traffic = recorded.traffic
    if traffic.seconds < 7 * DAY:
        time, others = ("day", "hours and days") if traffic.seconds < DAY else ("week", "days of the week")
        yield f"less than a {time} was recorded: what other {others} bring is not in the intervals"
    if (note := silence_note(traffic.epoch + traffic.at, traffic.seconds)) is not None:
        yield note
    if recorded.far:
        yield f"{recorded.far:,} invocations are left out: by their clock they are far from all others"
    if traffic.version is not None:
        count = int(traffic.version.max()) + 1
        yield f"{count} versions ran: each has a pool of its own, as often as it was deployed"
    if not recorded.on_demand.all():
        yield "requests that provisioned environments served tell nothing of the pool on demand"
    if traffic.pings is not None:
        yield (
            f"{int(traffic.pings.sum()):,} pings are replayed too, for they keep environments alive; they "
            "are no requests, and only their INIT is in the bill"
        )
    if recorded.unrecorded > UNRECORDED * len(traffic.at):
        yield f"{recorded.unrecorded:,} more invocations left no record: this traffic is less than what came"


def refusal(test: BackTest, picks: Picks | None) -> str:
    """Say why the forecast is not used."""
    if test.reason is not None:
        return f"cannot tell: {test.reason}"
    return (
        f"cannot tell: tried on the later half of this recording, the pool forecasts {test.forecast:.0f} "
        f"cold starts and {test.came} came; chance misses by so much in {100 * test.p_value:.2g} % of such "
        f"recordings. {_unknown(picks)}"
    )


def _unknown(picks: Picks | None) -> str:
    if picks is not None and picks.shuffled:
        return (
            f"The model has the newest idle environment take a request; of {picks.of:,} choices it was the "
            f"newest in {100 * picks.newest / picks.of:.0f} %"
        )
    return "This function's environments are ended, or started, in a way that the model does not know"
