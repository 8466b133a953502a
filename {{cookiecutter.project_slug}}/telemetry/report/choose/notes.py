"""What a recording leaves open, as notes beside a choice."""

from collections.abc import Iterator
from typing import Final

from telemetry.report.choose.recorded import Recorded
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
