"""verdict.json: the numbers of a verdict with the words for them, under keys that programs rely on."""

import math
from collections.abc import Iterator, Sequence
from typing import Any, Final, TypeAlias

import msgspec

from telemetry.report.estimate.by_settings import ComparedWithin
from telemetry.report.estimate.comparison import Comparison
from telemetry.report.estimate.configurations.by_configuration import Configurations
from telemetry.report.estimate.deciding.population import Population
from telemetry.report.estimate.first_request import FirstRequestResults
from telemetry.report.estimate.more_environments import more_to_tell
from telemetry.report.estimate.start_classes import Starts
from telemetry.report.estimate.startup.advice import ResourceAdvice
from telemetry.report.estimate.startup.upper_bound import UpperBound
from telemetry.report.read.names import printable
from telemetry.report.read.records import Imported
from telemetry.report.show.configurations import which
from telemetry.report.show.notes import NOT_ESTIMATED, mismatch
from telemetry.report.show.tables.startup_tables import why
from telemetry.report.show.verdict import Verdict
from telemetry.report.show.wording import comparator

Document: TypeAlias = dict[str, Any]

VERSION: Final = 1


def document(verdict: Verdict) -> Document:
    """Return what verdict.json holds. What cannot be told is None, or NaN, which JSON writes as null."""
    results = verdict.results
    place = _fields(results.measured_on)
    return {
        "v": VERSION,
        "sentence": verdict.sentence,
        "headline": verdict.headline,
        "brief": verdict.brief,
        "meaning": verdict.meaning,
        "made": None if verdict.made is None else _fields(verdict.made),
        "measured_on": {"where": place.pop("where"), "text": verdict.place, **place},
        "time_split": [_fields(found) for found in results.time_split],
        "imports": [_imported(found) for found in results.imports],
        "arms": [_fields(arm) for arm in results.arms],
        "comparisons": [*map(_comparison, results.comparisons), *_by_settings(results.by_settings)],
        "configurations": None if results.configurations is None else _configurations(results.configurations),
        "completeness": None if results.completeness is None else _fields(results.completeness),
        "first_requests": _first_requests(results.first_requests),
        "startup_repeats": results.startup_repeats,
        "bound": None if results.bound is None else _bound(results.bound),
        "ledger": None if results.ledger is None else _fields(results.ledger),
        "ledger_sentence": verdict.ledger_sentence,
        "startup": _fields(results.startup),
        "resources": [_advice(found) for found in results.resources],
        "state": _fields(results.state),
        "starts": _starts(results.starts),
        "latency": [_fields(found) for found in results.latency],
        "invocations": [_fields(found) for found in results.invocations],
        "warm_weights": dict(results.warm_weights),
        "assignment": None if results.assignment is None else _fields(results.assignment),
        "progress": None if results.progress is None else _fields(results.progress),
        "unrecorded": [_fields(found) for found in results.unrecorded],
        "init_waits": [_fields(found) for found in results.init_waits],
        "other_reading": None if results.other_reading is None else _fields(results.other_reading),
        "pings": [_fields(found) for found in results.pings],
        "unused": [_fields(found) for found in results.unused],
        "strata": [_fields(found) for found in results.strata],
        "stratified": results.stratified,
        "population": _population(results.population),
        "decisions": [_fields(found) for found in results.decisions],
        "failures": [_fields(found) for found in results.failures],
        "failure_differences": [_fields(found) for found in results.failure_differences],
        "bounds": [_fields(found) for found in results.bounds],
        "percentiles": [_fields(found) for found in results.percentiles],
        "notes": verdict.notes,
        "not_estimated": list(NOT_ESTIMATED),
        "input": _fields(results.input),
    }


def _fields(found: object) -> Document:
    fields: Document = msgspec.to_builtins(found)
    return fields


def _comparison(found: Comparison) -> Document:
    more = more_to_tell(found)
    return {"comparator": comparator(found.baseline), **_fields(found), "more_to_tell": more}


def _by_settings(compared: Sequence[ComparedWithin]) -> Iterator[Document]:
    """Yield the comparisons at each memory size and init type, after those of all."""
    for within in compared:
        for found in within.comparisons:
            yield {**_comparison(found), "settings": _fields(within.settings)}


def _configurations(found: Configurations) -> Document:
    choices = [{**_fields(one), "sentence": which(one, found)} for one in found.choices]
    return {**_fields(found), "choices": choices}


def _imported(found: Imported) -> Document:
    return {**_fields(found), "package": printable(found.package)}


def _first_requests(found: FirstRequestResults) -> Document:
    fields = _fields(found)
    del fields["comparisons"]  # they stand with all others
    return fields


def _population(found: Population) -> Document:
    return {
        "rule": found.rule,
        "randomised": found.randomised,
        "environments": found.environments,
        "later": found.later,
        "outside": found.outside,
        "still_serving": found.still_serving,
        "widening": found.widening if math.isfinite(found.widening) else None,
    }


def _bound(found: UpperBound) -> Document:
    return {"comparator": comparator("every_invocation"), **_fields(found)}


def _advice(found: ResourceAdvice) -> Document:
    fields = _fields(found)
    del fields["reason"]
    return {"name": fields.pop("name"), "advice": fields.pop("advice"), "why": why(found), **fields}


def _starts(found: Starts) -> Document:
    return {**_fields(found), "mismatches": list(map(mismatch, found.mismatches))}
