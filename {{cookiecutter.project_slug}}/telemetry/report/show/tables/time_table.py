"""The section that opens every verdict: where the time goes, and which of it can be moved."""

from collections.abc import Iterator
from typing import Final

from telemetry.report.estimate.results import Results
from telemetry.report.estimate.startup.time_split import Part, TimeSplit
from telemetry.report.read.names import printable
from telemetry.report.show.section import NONE, Row, TableSection
from telemetry.report.show.verdict import Verdict
from telemetry.report.show.wording import plain, short_ms, short_name

MOST_RESOURCES: Final = 5
"""The dearest are shown; all are in verdict.json."""
MOST_IMPORTS: Final = 10
LITTLE: Final = 0.01
"""Share of what users waited, or of INIT, below which moving it is not worth a thought."""
HALF: Final = 0.5
HOOKS: Final = "hooks after a restore, without the restore"
WITHIN: Final = frozenset({"imports", "startup", "resource", "rest of INIT"})


def time_split(verdict: Verdict) -> TableSection:
    """Show each part of the time by arm: its mean, and its share of what users waited."""
    results = verdict.shown
    splits = results.time_split
    restored, alone = results.starts.restored, results.measured_on.restore_left_out
    names = list(dict.fromkeys((part.kind, part.name) for split in splits for part in _shown(split)))
    if restored:
        names = [name for name in names if name[0] not in WITHIN]
    rows: list[Row] = [
        (
            HOOKS if alone and kind == "INIT" else _name(kind, name, restored=restored),
            *(_cell(split, kind, name) for split in splits),
        )
        for kind, name in names
    ]
    return TableSection(
        "time-split",
        "Where the time goes: ms each, and share of what users waited",
        ("part", *(short_name(split.placement) for split in splits)),
        rows,
        " ".join(_words(verdict)),
    )


def imports(verdict: Verdict) -> TableSection:
    """Show the dearest imports of a lab run, which stand for those on Lambda in their order alone."""
    return TableSection(
        "imports",
        "Dearest imports, on this machine",
        ("package", "ms", "modules"),
        [
            (printable(found.package), f"{found.ms:.1f}", str(found.modules))
            for found in verdict.results.imports[:MOST_IMPORTS]
        ],
        "Each without what it imports in turn, from bytecode. What the startup imports is in its resources. "
        "`python -m telemetry.lab.imports` says who imports what.",
    )


def _shown(split: TimeSplit) -> Iterator[Part]:
    resources = sorted(
        (part for part in split.parts if part.kind == "resource"), key=lambda one: -(one.ms or 0)
    )
    dearest = {part.name for part in resources[:MOST_RESOURCES]}
    for part in split.parts:
        if part.kind != "resource" or part.name in dearest:
            yield part


def _name(kind: str, name: str | None, *, restored: bool) -> str:
    return {
        "INIT": "restore of the snapshot, or INIT" if restored else "INIT",
        "imports": "  runtime and imports",
        "startup": "  startup of the app",
        "resource": f"    {name}",
        "rest of INIT": "  the rest of INIT",
        "first request": "first request, without INIT",
        "warm": "warm request",
    }[kind]


def _cell(split: TimeSplit, kind: str, name: str | None) -> str:
    for part in split.parts:
        if (part.kind, part.name) == (kind, name):
            return _number(part)
    return NONE


def _number(part: Part) -> str:
    if part.ms is None:
        return "not known"
    number = short_ms(part.ms)
    return number if part.share is None else f"{number} ({_percent(part.share)})"


def _percent(share: float) -> str:
    if share < LITTLE / 200:
        return "0 %"
    return f"{plain(100 * share, 0 if share >= LITTLE or not share else 1 if share >= LITTLE / 10 else 2)} %"


def imports_words(results: Results) -> str:
    """Say what the imports are of INIT, where they are most of it; empty where they are not."""
    split = next((one for one in results.time_split if one.placement == "init"), None)
    if split is None or results.starts.restored:
        return ""
    parts = {part.kind: part.ms for part in split.parts if part.kind != "resource"}
    init, imports = parts.get("INIT"), parts.get("imports")
    if init is None or imports is None or imports < HALF * init:
        return ""
    return (
        f"Runtime and imports are {_percent(min(imports / init, 1.0))} of INIT, and no placement moves "
        "them: `python -m telemetry.lab.imports` ranks the imports. Import less, or later."
    )


def _words(verdict: Verdict) -> Iterator[str]:
    """Say what INIT is made of, and so what can be moved."""
    splits = {split.placement: split for split in verdict.results.time_split}
    split = splits.get("init") or next(iter(splits.values()), None)
    if split is None:
        return
    if verdict.results.starts.restored:
        yield "INIT ran when the snapshot was taken; what is imported and started there nobody waits for."
        if verdict.results.measured_on.restore_left_out:
            yield "A lab restores nothing: on Lambda the restore of the snapshot comes before the hooks."
        return
    waited = f"{split.waited_for_init} of {split.environments} first requests"
    yield f"{waited} of {split.placement} waited for INIT."
    if not verdict.results.startup_repeats:
        yield "Environments of stock Mangum went back to INIT: their later requests are not those of Mangum."
    parts: dict[str, Part] = {part.kind: part for part in split.parts if part.kind != "resource"}
    yield from _of_init(parts, imports_words(verdict.results))
    init = parts["INIT"]
    if init.ms is not None and init.share is not None and init.share < LITTLE and split.waited_for_init:
        yield f"All of INIT is {_percent(init.share)} of what users waited: it matters to cold starts alone."


def _of_init(parts: dict[str, Part], of_imports: str) -> Iterator[str]:
    init, imports = parts["INIT"].ms, parts["imports"].ms
    startup = parts["startup"].ms if "startup" in parts else None
    if init is None:
        yield (
            "How long INIT took is not known: no line of Lambda's (platform.initReport, platform.report of a "
            "cold start, or REPORT) says it of these environments."
        )
        return
    if imports is None:
        yield "How much of INIT are imports is not known: only a startup in INIT says it."
        return
    if of_imports:
        yield of_imports
    if startup is not None and init > 0:
        yield (
            f"The startup, which a placement moves, is {_percent(min(startup / init, 1.0))} of INIT"
            f"{': there is little to gain by it.' if startup < LITTLE * init else '.'}"
        )
