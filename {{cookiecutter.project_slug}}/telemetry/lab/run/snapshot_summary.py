"""What the person who ran the lab is told about SnapStart: what copies share, and what was not measured."""

from collections.abc import Iterator
from statistics import median

from rich.console import Console

from telemetry.lab.platform.environment import RESTORE_TIMEOUT
from telemetry.lab.run.counts import Counts
from telemetry.lab.snapshot.check import SHOWN, SnapshotCheck
from telemetry.lab.terminal import print_lines, table


def show_snapshot(counts: Counts, console: Console) -> None:
    """Print what one process tells about its copies."""
    found = counts.snapshot
    if found is not None:
        print_lines(console, ["", *_heading(found)])
        if found.shared:
            console.print(
                table(("in every copy", "where", "what it is there"), found.rows(), frozenset({0, 1, 2}))
            )
        print_lines(console, _rest(found))
    print_lines(console, _hooks(counts))


def _heading(found: SnapshotCheck) -> Iterator[str]:
    if found.error is not None:
        yield f"SnapStart: what copies would share was not looked at: {found.error.splitlines()[-1]}"
        return
    if found.shared:
        yield "SnapStart: this was there at the snapshot, and still is after the hooks:"
        return
    yield "SnapStart: after the hooks, nothing was found that every copy would share, or find dead."


def _rest(found: SnapshotCheck) -> Iterator[str]:
    if len(found.shared) > SHOWN:
        yield f"{len(found.shared) - SHOWN} more are in the lab's record."
    if found.requests:
        came = "all" if not found.failed else f"{found.requests - found.failed} of {found.requests}"
        yield (
            f"Then {came} requests got a 2xx response, with the connections that were open at the snapshot "
            "closed, as they are in a copy."
            if found.requests > 1 or found.failed
            else "Then a request got a 2xx response, with the connections that were open at the snapshot "
            "closed, as they are in a copy."
        )


def _hooks(counts: Counts) -> Iterator[str]:
    if counts.restored_ms:
        middle, most = median(counts.restored_ms), max(counts.restored_ms)
        yield (
            f"After a restore, the hooks and the runtime client took {middle:.3g} ms (median; at most "
            f"{most:.3g}), of the {RESTORE_TIMEOUT:.0f} s that Lambda gives them and the restore."
        )
    yield (
        "Nothing was restored here: each environment ran an INIT of its own. How long Lambda takes to "
        "restore a snapshot, and what a second copy's memory does, only Lambda shows."
    )
