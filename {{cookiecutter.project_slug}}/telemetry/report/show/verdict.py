"""A verdict: the results, and everything that is said of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final, assert_never

from adapter.placement import Placement
from telemetry.report.estimate.comparison import Comparison, Estimand
from telemetry.report.estimate.deciding.decision import deciding
from telemetry.report.estimate.intervals import MINIMUM_EFFECTIVE
from telemetry.report.estimate.measured_on import MeasuredOn
from telemetry.report.estimate.results import Results
from telemetry.report.estimate.start_classes import same_wait
from telemetry.report.read.names import printable
from telemetry.report.read.records import LabLoad
from telemetry.report.show.brief import brief
from telemetry.report.show.completeness import incomplete
from telemetry.report.show.headline import headline
from telemetry.report.show.made import Made
from telemetry.report.show.meaning import ONCE, meaning
from telemetry.report.show.notes import notes
from telemetry.report.show.request_notes import MOST_STRATA
from telemetry.report.show.sentence import (
    Statement,
    doubted,
    failing,
    interim,
    ledger_sentence,
    left_open,
    statement,
)
from telemetry.report.show.wording import counted

SAID: Final[frozenset[Estimand]] = frozenset({"user_visible_ms", "first_request_ms"})
"""What sentences are about; the tables hold all."""
SHARED_POOL: Final = "as assigned, in a shared pool, for the recorded traffic"
"""An experiment's arms share one pool of environments and one stretch of traffic: a switch of all of them may
change the mean by another amount.
"""

UNSERVED: Final[Placement] = "every_invocation"
"""The arm that an app whose startup does not repeat cannot have."""
NO_RESTORE: Final = ", with SnapStart's hooks but without its restore, whose time is in no figure"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The results, and the words for them."""

    results: Results
    sentence: str
    headline: list[str]
    """The same in short lines: see `headline`."""
    meaning: str | None
    """What can be decided by that, and what not."""
    place: str
    """Where it was measured."""
    ledger_sentence: str | None
    notes: list[str]
    brief: list[str]
    """Where the time goes and the advice, a line each."""
    made: Made | None = None
    """None where nobody said how."""

    @property
    def shown(self) -> Results:
        """The results for tables and charts: without times of a stock Mangum that cannot serve the app.

        Environments of `every_invocation` then fell back to `init`: what they took is nobody's.
        """
        found = self.results
        if found.startup_repeats:
            return found
        return replace(
            found,
            time_split=[one for one in found.time_split if one.placement != UNSERVED],
            distributions=[one for one in found.distributions if one.placement != UNSERVED],
            warm_weights={arm: of for arm, of in found.warm_weights.items() if arm != UNSERVED},
            failures=[one for one in found.failures if one.placement != UNSERVED],
            ledger=None,
        )


def verdict_of(results: Results, made: Made | None = None) -> Verdict:
    """Put results into words."""
    comparisons = [found for found in results.comparisons if found.estimand in SAID]
    if not results.startup_repeats:
        comparisons = [found for found in comparisons if found.baseline != "every_invocation"]
    null = results.measured_on.cpu == "full" and same_wait(results.starts)
    place = place_of(results.measured_on)
    if _share_a_pool(results):
        place += f", {SHARED_POOL}"
    gaps = results.completeness
    told = [found for found in comparisons if gaps is None or found.baseline not in gaps.untold]
    if told or gaps is None or results.bound is not None:
        said = statement(results, told, place, same_wait=null)
    else:
        said = Statement((), (), place)
    said = incomplete(said, gaps, results.input, results.basis.unsummed_requests)
    if results.other_reading is not None and results.other_reading.differs:
        said = left_open(said, results.other_reading.comparisons)
    doubtful = results.assignment is not None and not results.assignment.as_declared
    early = results.progress is not None and results.progress.interim
    if doubtful:
        said = doubted(said)
    said = failing(said, results.failures, results.failure_differences)
    if results.progress is not None and early:
        said = interim(said, results.progress)
    return Verdict(
        results=results,
        sentence=said.text,
        headline=headline(results, said, place, same_wait=null),
        meaning=None if doubtful or early or gaps else _meaning(results, comparisons, same_wait=null),
        place=place,
        ledger_sentence=ledger_sentence(results.ledger)
        if results.ledger and results.startup_repeats
        else None,
        notes=list(notes(results)),
        brief=brief(results),
        made=made,
    )


def _share_a_pool(results: Results) -> bool:
    """Say whether who serves a request depends on what requests take in other arms."""
    if not results.measured_on.lab_run:
        return results.assignment is not None
    return results.measured_on.load is not None and len(results.comparisons) > 0


def _meaning(results: Results, comparisons: Sequence[Comparison], *, same_wait: bool) -> str | None:
    """Say what follows, in one answer with the advice by resource."""
    by_resource = bool(results.resources)
    said = meaning(comparisons, results.decisions, same_wait=same_wait, by_resource=by_resource)
    if said is not None and not results.startup_repeats:
        said = ONCE + said
    answer = deciding(results.decisions)
    lazy = [found.name for found in results.resources if found.advice == "make lazy"]
    if said is None:
        return _too_few(results)
    if answer is None or answer.better != "init" or not lazy:
        return said
    return f"{said.removesuffix('.')}, all but {' and '.join(lazy)}: see the advice by resource."


def _too_few(results: Results) -> str | None:
    """Say what to do where there are two arms, and too few environments for any answer."""
    if not any(found.more_environments for found in results.comparisons):
        return None
    most = max(arm.environments + found.more_environments.get(arm.placement, 0)
               for arm in results.arms for found in results.comparisons)  # fmt: skip
    least = f"Fewer than {MINIMUM_EFFECTIVE} environments of an arm decide nothing"
    if results.measured_on.where == "lab":
        return f"{least}. Run the lab with more: `python -m telemetry lab --environments {most}`."
    return f"{least}: record for longer."


def place_of(measured_on: MeasuredOn) -> str:
    """Say where and when it was measured."""
    match measured_on.where:
        case "lab":
            restore = NO_RESTORE if measured_on.restore_left_out else ""
            machine = _joined(_machine(measured_on), ", ")
            return f"measured on this machine ({machine}), not on Lambda{restore}"
        case "lambda":
            return f"measured on Lambda ({_joined(_function(measured_on), '; ')})"
        case "loopback":
            function = _joined(_function(measured_on), "; ")
            return f"measured at an address that is none of AWS's ({function}), not on Lambda"
        case _:
            assert_never(measured_on.where)


def _machine(measured_on: MeasuredOn) -> Sequence[str | None]:
    host = measured_on.host
    if host is None:
        return ()
    python = host.python or ", ".join(measured_on.python)
    cores = None if host.cores is None else counted(host.cores, "core")
    return (
        host.cpu or host.system,
        cores,
        f"Python {python}" if python else None,
        _cpu(measured_on),
        _load(measured_on.load),
    )


def _load(load: LabLoad | None) -> str | None:
    """Say what traffic a lab run made, and at which speed."""
    if load is None:
        return None
    faster = f" {load.time_lapse:.6g} times faster" if load.time_lapse > 1 else ""
    return f"arrivals {printable(load.arrivals)}{faster}"


def _cpu(measured_on: MeasuredOn) -> str | None:
    """Say what share of CPU a lab run gave, where it did as Lambda does."""
    sizes = _sizes(measured_on)
    return f"the CPU share of {sizes}" if measured_on.cpu == "lambda" and sizes else None


def _function(measured_on: MeasuredOn) -> Sequence[str | None]:
    first, last = measured_on.first_at, measured_on.last_at
    return (
        _sizes(measured_on),
        _versions(measured_on.versions),
        f"Python {', '.join(measured_on.python)}" if measured_on.python else None,
        None if first is None or last is None else " to ".join(dict.fromkeys(map(_day, (first, last)))),
        "a lab run" if measured_on.lab_run else "no lab record in the input",
    )


def _sizes(measured_on: MeasuredOn) -> str | None:
    memory = measured_on.memory_sizes_mb
    if len(memory) < 2:
        memory = [] if measured_on.memory_mb is None else [measured_on.memory_mb]
    return f"{' and '.join(f'{size:.0f}' for size in memory)} MB" if memory else None


def _versions(versions: Sequence[str]) -> str | None:
    if len(versions) < 2:
        return None
    return f"{len(versions)} versions" if len(versions) > MOST_STRATA else f"versions {', '.join(versions)}"


def _joined(parts: Sequence[str | None], by: str) -> str:
    return by.join(part for part in parts if part)


def _day(at: float) -> str:
    try:
        return datetime.fromtimestamp(at / 1000, UTC).date().isoformat()
    except (OverflowError, OSError, ValueError):
        return "a time out of range"
