"""What is said of imports that were moved into functions, and of those that could be."""

from collections.abc import Iterator, Sequence

from rich.console import Console

from telemetry.lab.imports.children import OwnImport
from telemetry.lab.imports.findings import Findings
from telemetry.lab.imports.importers import short_place
from telemetry.lab.imports.lazy import Saving, candidates
from telemetry.lab.imports.signed_rank import LEVEL, Shift
from telemetry.lab.terminal import print_lines, table
from telemetry.memory_size import ONE_CORE_MB


def show_lazy(found: Findings, console: Console) -> None:
    """Print what was measured with imports moved; else which ones could be."""
    if found.savings:
        headings = ("import moved into functions", "INIT saves, ms", "requests save, ms", "it is at")
        print_lines(console, [""])
        console.print(table(headings, [_row(found, saving) for saving in found.savings], words={0, 3}))
        print_lines(console, ["", *_explained(found, found.savings[0])])
    if found.no_savings:
        print_lines(console, ["", *(f"{one.package}: {one.reason}." for one in found.no_savings)])
    if not found.savings and not found.no_savings:
        print_lines(console, _untried(found))


def _row(found: Findings, saving: Saving) -> tuple[str, ...]:
    unused = all(each.unused for each in saving.imports)
    name = f"{saving.package} (removed: no name is used)" if unused else saving.package
    return name, _shift(saving.init_ms), _shift(saving.requests_ms), _places(found, saving.imports)


def _shift(of: Shift) -> str:
    return f"{of.value:.1f} ({of.low:.1f} to {of.high:.1f})"


def _places(found: Findings, imports: Sequence[OwnImport]) -> str:
    return ", ".join(short_place(each.file, line, found.folders) for each in imports for line in each.lines)


def _explained(found: Findings, saving: Saving) -> Iterator[str]:
    share = (
        "at full speed" if found.memory_mb is None else f"with {found.memory_mb} / {ONE_CORE_MB} of a core"
    )
    requests = (
        "the first request"
        if found.events == 1
        else f"the first request of each of {found.events} events, together"
    )
    yield (
        f"Pairs of {saving.environments} environments each, as it is and moved, in random order; in brackets "
        f"{LEVEL:.0%} intervals,"
    )
    yield (
        f"each for itself. Below 0: it takes longer. INIT takes {saving.unmoved_init_ms:.0f} ms as it is; "
        f"requests are {requests},"
    )
    yield f"{share}. What INIT no longer imports, the first request that needs it waits for."


def _untried(found: Findings) -> Iterator[str]:
    names = candidates(found.survey, {name: one.whole_ms for name, one in found.compiled.items()}, ())
    if names:
        places = (f"{name} ({_places(found, found.survey.own_imports[name])})" for name in names)
        yield ""
        told = ", ".join(places)
        yield f"Used inside functions alone, so that --lazy can measure what moving the import saves: {told}"
