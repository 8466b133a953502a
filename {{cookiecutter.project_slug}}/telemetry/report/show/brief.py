"""Beside the headline, what a reader decides by: where the time goes, and the advice, in two lines."""

from collections.abc import Iterator, Mapping
from typing import Final

from telemetry.report.estimate.results import Results
from telemetry.report.estimate.startup.time_split import Part
from telemetry.report.read.names import printable
from telemetry.report.show.configurations import asked
from telemetry.report.show.wording import short_ms

NAMES: Final[Mapping[str, str]] = {"imports": "runtime and imports", "startup": "startup"}
MOST: Final = 4
"""Resources that are named for each advice."""


def brief(results: Results) -> list[str]:
    """Say both, as far as they are known; the tables hold all of it."""
    return [*_configuration(results), *_split(results), *_advice(results)]


def _configuration(results: Results) -> Iterator[str]:
    if results.configurations is not None:
        yield asked(results.configurations)


def _split(results: Results) -> Iterator[str]:
    split = next((one for one in results.time_split if one.placement == "init"), None)
    if split is None:
        return
    parts: dict[str, Part] = {part.kind: part for part in split.parts if part.kind != "resource"}
    told = [*(_restore(results, parts) if results.starts.restored else _init(parts))]
    for kind, name in (("first request", "first request after that"), ("warm", "warm request")):
        if (part := parts.get(kind)) is not None and part.ms is not None:
            told.append(f"{name} {_ms(part.ms)}")
    if told:
        yield f"Where the time goes: {', '.join(told)}."


def _restore(results: Results, parts: Mapping[str, Part]) -> Iterator[str]:
    """Say what requests waited for where a snapshot was restored, or in a lab would have been."""
    whole = parts["INIT"].ms if "INIT" in parts else None
    if whole is not None:
        what = "hooks after a restore" if results.measured_on.restore_left_out else "restore"
        yield f"{what} {_ms(whole)}"


def _init(parts: Mapping[str, Part]) -> Iterator[str]:
    """Say how long INIT took, and what it went to; or else those of its parts that are known."""
    known = {kind: part.ms for kind, part in parts.items() if part.ms is not None}
    inside = {kind: known[kind] for kind in ("imports", "startup") if kind in known}
    whole = known.get("INIT")
    if not whole:
        yield from (f"{NAMES[kind]} {_ms(ms)}" for kind, ms in inside.items())
        return
    shares = ", ".join(f"{NAMES[kind]} {100 * min(ms / whole, 1.0):.0f} %" for kind, ms in inside.items())
    yield f"INIT {_ms(whole)}" + (f" ({shares})" if shares else "")


def _ms(ms: float) -> str:
    return f"{short_ms(ms)} ms"


def _advice(results: Results) -> Iterator[str]:
    names: dict[str, list[str]] = {}
    for found in results.resources:
        names.setdefault(found.advice, []).append(printable(found.name))
    told = [
        f"{advice} {', '.join(some[:MOST])}{f' and {len(some) - MOST} more' if len(some) > MOST else ''}"
        for advice, some in names.items()
        if advice in {"keep", "make lazy"}
    ]
    if unsure := sum(len(some) for advice, some in names.items() if advice not in {"keep", "make lazy"}):
        told.append(f"cannot be told of {unsure}")
    if told:
        yield f"Advice by resource: {'; '.join(told)}."
