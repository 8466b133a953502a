"""What is in no figure, said before what is found."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from telemetry.report.estimate.deciding.completeness import Completeness
from telemetry.report.read.evidence import Input
from telemetry.report.show.sentence import Statement
from telemetry.report.show.wording import comparator, counted, listed

BATCHES = "their records were in batches that were never written (LIFESPAN_WRITE_EVERY)"
INSIGHTS = "they share records (LIFESPAN_WRITE_EVERY), which Logs Insights cannot take apart"
NO_RECORD = (
    "their records were lost, which happens where LIFESPAN_WRITE_EVERY holds them back and the environment "
    "ends without SIGTERM, or are not in the input, or they did not come through the adapter"
)


def incomplete(said: Statement, found: Completeness | None, read: Input, unsummed: int) -> Statement:
    """Say first what is in no figure, and against what nothing is told for that reason."""
    if found is None:
        return said
    causes = "; ".join(_causes(found, NO_RECORD if not read.batched_environments else BATCHES, unsummed))
    then = ", which could change what is told" if said.findings else ""
    if found.untold:
        then = ", so what they could change is not told"
    reservations = said.reservations
    if found.untold:
        against = " nor against ".join(map(comparator, found.untold))
        reservations = (*reservations, f"it cannot be told what keeping the lifespan saves against {against}")
    if not said.findings and not reservations:
        reservations = ("it cannot be told what keeping the lifespan saves",)
    return replace(said, before=f"{causes}{then}. {said.before}", reservations=reservations)


def _causes(found: Completeness, why_lost: str, unsummed: int) -> Iterator[str]:
    if lost := sum(found.lost.values()):
        why = INSIGHTS if unsummed else why_lost
        yield f"{lost} of {found.requests} requests are in no figure ({_arms(found.lost)}), as {why}"
    if failed := sum(found.failed.values()):
        yield (
            f"{failed} of {found.requests} requests failed or timed out and are in no figure "
            f"({_arms(found.failed)})"
        )
    if inits := sum(found.unknown_inits.values()):
        yield (
            f"{counted(inits, 'request')} waited for an INIT of unknown length and "
            f"{'is' if inits == 1 else 'are'} in no figure of time ({_arms(found.unknown_inits)})"
        )
    if found.unplaced_cuts:
        yield (
            f"{counted(found.unplaced_cuts, 'INIT')} failed or timed out in lines that do not tell the "
            "environment"
        )


def _arms(counts: Mapping[str, int]) -> str:
    return listed({"arm not known" if arm == "unknown" else arm: count for arm, count in counts.items()})
