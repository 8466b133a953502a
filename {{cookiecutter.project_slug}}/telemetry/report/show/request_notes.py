"""Notes on what counts as a request: time-outs, pings, unknown INITs, unused environments."""

from collections.abc import Iterator, Sequence
from typing import Final

from telemetry.report.estimate.counted_apart import InitWait, OtherReading, Unrecorded
from telemetry.report.estimate.results import Results
from telemetry.report.estimate.startup.unused import Unused
from telemetry.report.estimate.strata import StratumArms, left_out
from telemetry.report.read.evidence import Input
from telemetry.report.show.wording import INIT_IS_BILLED, comparator, counted, listed, milliseconds

MOST_STRATA: Final = 12
"""So many versions and memory sizes are named."""


def request_notes(results: Results) -> Iterator[str]:
    """Yield the notes on requests, first those that have no record."""
    yield from _unrecorded(results.unrecorded, results.input)
    if results.pings:
        pings = listed({f"`{found.placement}`": found.count for found in results.pings})
        total = sum(found.count for found in results.pings)
        yield f"{counted(total, 'ping')} kept environments warm: no requests, and in no figure: {pings}"
    for found in results.init_waits:
        yield from _init_wait(found)
    if cut := results.input.cut_inits_of_no_environment:
        yield (
            f"{counted(cut, 'INIT')} failed or timed out in lines without a log stream, so no request is "
            "known to have waited for it: that time is in no figure"
        )
    yield from _other_reading(results.other_reading)
    if unbilled := results.input.reports_without_billed:
        yield (
            f"{counted(unbilled, 'request')} whose report says no billed time (managed instances are billed "
            "by the instance): not in billed ms"
        )
    all_told = all(one.in_figures for one in results.unrecorded)
    for unused in results.unused:
        yield _unused(unused, all_told=all_told)
    yield from _strata(results)


def _unrecorded(found: Sequence[Unrecorded], read: Input) -> Iterator[str]:
    """Say what became of platform.report lines without a record."""
    total = read.reports_without_request
    if not total:
        return
    yield f"{counted(total, 'platform.report line')} without an invocation record: {_how(found, read)}"
    if inside := [one for one in found if one.in_figures]:
        yield (
            f"{_by_arm(inside)} of them are in the figures: their log streams, or gaps in the records, tell "
            "whose they are"
        )
    if outside := [one for one in found if not one.in_figures]:
        yield (
            f"{_by_arm(outside)} of them are in no figure: nothing tells which environment they are of, or "
            "they are of another function"
        )
    if any(one.ended_well for one in found):
        yield _lost(read)


def _lost(read: Input) -> str:
    """Say why a request that ended well may have no record."""
    if read.batched_environments:
        return (
            "those that did not fail were lost with batches that were never written (LIFESPAN_WRITE_EVERY): "
            "an environment that ends without SIGTERM takes its last batch with it"
        )
    return (
        "those that did not fail did not come through the adapter, or their records were lost or are not "
        "in the input"
    )


def _how(found: Sequence[Unrecorded], read: Input) -> str:
    counts = {
        "timed out": sum(one.timed_out for one in found),
        "failed": sum(one.failed for one in found),
        "did not fail, or their report does not say so": sum(one.ended_well for one in found),
        "of another service or function": read.reports_of_others,
    }
    return listed({how: count for how, count in counts.items() if count})


def _by_arm(found: Sequence[Unrecorded]) -> str:
    return listed(
        {"arm not known" if one.placement is None else f"`{one.placement}`": _requests(one) for one in found}
    )


def _requests(one: Unrecorded) -> int:
    return one.ended_well + one.failed + one.timed_out


def _init_wait(found: InitWait) -> Iterator[str]:
    """Say what is not as it should be in the INIT of one arm."""
    if found.cut:
        yield (
            f"{counted(found.cut, 'request')} of `{found.placement}` waited for an INIT that Lambda ended, "
            "and for the one that it began anew: both are in user-visible ms"
        )
    if found.unknown:
        yield (
            f"{counted(found.unknown, 'cold start')} of `{found.placement}` whose INIT is not known: counted "
            "as requests, but in no figure of user-visible ms, neither in its sum nor in its mean"
        )


def _other_reading(found: OtherReading | None) -> Iterator[str]:
    """Say what the gap before first requests leaves open."""
    if found is None:
        return
    taken = "first requests that came 0.1 to 10 s after INIT may have waited for it: they are taken to have"
    if not found.comparisons:
        yield taken
        return
    other = "; ".join(
        f"{one.finding}, {milliseconds(one.difference_ms, one.low, one.high)} against "
        f"{comparator(one.baseline)}"
        for one in found.comparisons
    )
    yield f"{taken}. If not, the result is {'another' if found.differs else 'the same'}: {other}"


def _unused(found: Unused, *, all_told: bool) -> str:
    if not found.told:
        bill = "what their INIT took is not known"
    else:
        mean = f"{found.init_ms / found.told:.0f} ms each"
        part = "" if found.told == found.environments else f" (known of {found.told})"
        since = INIT_IS_BILLED.partition(":")[0]
        bill = f"their INIT took {mean}{part}, which is in no figure per request ({since})"
    environments = counted(found.environments, "environment")
    whose = "its" if found.environments == 1 else "their"
    request = "request" if all_told else f"request that is known to be {whose} own"
    return f"{environments} of `{found.placement}` started and served no {request}: {bill}"


def _strata(results: Results) -> Iterator[str]:
    """Say how versions and memory sizes were put together."""
    if not results.strata:
        return
    names = ", ".join(stratum_name(one) for one in results.strata[:MOST_STRATA])
    if len(results.strata) > MOST_STRATA:
        names += f" and {len(results.strata) - MOST_STRATA} more"
    if not results.stratified:
        yield f"several versions or memory sizes, averaged because no experiment assigned them: {names}"
        return
    what = (
        "version and memory size" if results.strata[0].weights is None else "version, memory size and weights"
    )
    yield f"compared within each {what}, then averaged by requests: {names}"
    environments, requests = left_out(results.strata)
    if environments:
        yield (
            f"{counted(environments, 'environment')} with {counted(requests, 'request')} are in no "
            "comparison: their version and memory size has too few environments in an arm"
        )


def stratum_name(found: StratumArms) -> str:
    """Name a version, memory size, declaration of weights and init type."""
    version = None if found.version is None else f"version {found.version}"
    memory = None if found.memory_mb is None else f"{found.memory_mb:.0f} MB"
    first = " at ".join(text for text in (version, memory) if text is not None) or "version not known"
    ways = [text for text in (found.weights, found.init_type) if text is not None]
    return first + "".join(f" with {text}" for text in ways)
