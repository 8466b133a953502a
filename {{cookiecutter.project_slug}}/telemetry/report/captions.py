"""What stands below the tables: on what their numbers depend."""

from collections.abc import Iterator
from typing import Final

from adapter.placement import Placement
from telemetry.report.bound import SMALLEST_MB, with_memory
from telemetry.report.model import Verdict

MEANS: Final = (
    "Over all requests, as assigned; INIT is added where it was on the request path. Times as long: a "
    "request there, over one with the lifespan kept."
)
STOCK: Final = (
    "Stock Mangum: this adapter, starting the lifespan in every request, as Mangum 0.22 does; Mangum itself "
    "did not run."
)
LAZY: Final = (
    "A lazy singleton pays the same startup once, in a request: it differs where INIT is off the path, or "
    "where the load is slower in a request."
)


def per_request(verdict: Verdict) -> str:
    """Say what the differences are means over, and who the comparators are."""
    baselines = {found.baseline for found in verdict.comparisons}
    parts = [
        MEANS,
        *_mix(verdict),
        *([STOCK] if "every_invocation" in baselines else []),
        *([LAZY] if "first_invocation" in baselines else []),
    ]
    return " ".join(parts)


def _mix(verdict: Verdict) -> Iterator[str]:
    """In a lab run: how many requests share a start is the lab's doing, and the means follow from it."""
    if verdict.measured_on.where != "lab" or not verdict.invocations:
        return
    kept: Placement = "init"
    lives = next((one for one in verdict.invocations if one.placement == kept), verdict.invocations[0])
    counts = verdict.starts.recorded.get(lives.placement, {})
    cold, requests = counts.get("cold", 0), sum(counts.values())
    share = f"1 of {requests / cold:.3g} cold" if cold else "none cold"
    yield (
        f"At {lives.mean:.3g} requests per environment, {share}, as the lab was told; on Lambda traffic "
        "decides that, and the mean with it."
    )


def advice(verdict: Verdict) -> str:
    """Say what the columns are, and for a lab run what Lambda may change."""
    text = (
        "Touched: by how many environments. Load: the first. Lazy saves: user-visible ms per environment, "
        "not per request, were it loaded at its first use; below 0 it costs."
    )
    if verdict.measured_on.where != "lab":
        return text
    memory = verdict.state.memory_mb or SMALLEST_MB
    slower = with_memory(memory)
    if slower <= 1:
        return f"{text} Measured on this machine, not on Lambda."
    return (
        f"{text} Measured on this machine: with {memory:.0f} MB on Lambda the same load may take up to "
        f"{slower:.1f} times as long in a request, and then the advice may differ."
    )
