"""Notes on which environments are compared, and on failures of unknown arm."""

from collections.abc import Iterator

from telemetry.report.estimate.deciding.failures import FailureDifference
from telemetry.report.estimate.deciding.population import IDLE_MS, Population
from telemetry.report.estimate.deciding.unplaced import Bounds
from telemetry.report.estimate.digits import digits
from telemetry.report.estimate.proportions import share_interval
from telemetry.report.estimate.results import Results
from telemetry.report.show.wording import counted, milliseconds, points, short_name

HOURS = 3_600_000


def population_notes(results: Results) -> Iterator[str]:
    """Yield the notes on who is in the comparison."""
    yield from _counted(results.population)
    if results.population.outside or results.population.later:
        yield (
            "where the time goes, startups, advice by resource, state and start classes are of all recorded "
            "environments, those in no comparison too"
        )
    for bound in results.bounds:
        yield _bound(bound)
    for found in results.failure_differences:
        served = results.startup_repeats or found.baseline != "every_invocation"
        if found.none_failed and found.high is not None and served:
            yield _none_failed(found, results)


def _counted(population: Population) -> Iterator[str]:
    if population.outside:
        yield (
            f"{counted(population.outside, 'environment')} born before the experiment or the log began, or "
            "after it ended: in no comparison"
        )
    if population.rule == "planned":
        if population.later:
            yield (
                f"{counted(population.later, 'environment')} born after the smallest arm had its planned "
                "size: in no comparison, so looking again does not change it"
            )
        if population.still_serving:
            yield (
                f"{counted(population.still_serving, 'environment')} of those compared may still serve: the "
                f"verdict is final when they have ended, or been silent for {IDLE_MS / HOURS:.0f} h"
            )
    if population.rule == "in order of birth":
        yield (
            "no size was declared: the intervals hold at every look at once, and are "
            f"{digits(population.widening)} times as wide for that; environments enter in the order of their "
            f"birth, when they have ended or been silent for {IDLE_MS / HOURS:.0f} h"
            + (f" ({counted(population.later, 'environment')} not yet)" if population.later else "")
        )


def _none_failed(found: FailureDifference, results: Results) -> str:
    """Say what so many requests without a failure leave open, one by one and by whole environments."""
    most = max(found.high or 0.0, -(found.low or 0.0))
    arms = {arm.placement: arm.environments for arm in results.arms}
    fewest = min(arms.get(found.baseline, 0), arms.get(found.arm, 0))
    by_itself, as_a_whole = (
        digits(100 * share, 2, up=True) for share in (most, share_interval(0, fewest)[1])
    )
    return (
        f"no request failed here nor with {short_name(found.baseline)}: taken as alike, though so many "
        f"requests leave open a share of up to {by_itself} %, if each fails by itself; if environments fail "
        f"as a whole, up to {as_a_whole} % of them"
    )


def _bound(found: Bounds) -> str:
    time = milliseconds((found.lowest_ms + found.highest_ms) / 2, found.lowest_ms, found.highest_ms)
    _, _, ends = time.partition(" ms ")
    share = points(
        (found.failures_lowest + found.failures_highest) / 2, found.failures_lowest, found.failures_highest
    )
    _, _, shares = share.partition(" points ")
    return (
        f"{counted(found.requests, 'request')} failed that nothing gives to an environment: whichever arm "
        f"they were of, the difference against {short_name(found.baseline)} is between {ends} ms, that of "
        f"failures between {shares} points"
    )
