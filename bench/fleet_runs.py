"""Parts of a long simulation, each kept as it ends: a run that was stopped goes on where it was."""

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, TypeAlias

Part: TypeAlias = tuple[int, int, int]
"""Number of the cell, of the part in it, and how many experiments."""
Counts: TypeAlias = dict[str, Any]


def parts_of(cells: Sequence[int], experiments: int, size: int) -> list[Part]:
    """Cut each cell's experiments into parts; all cells advance together."""
    whole, rest = divmod(experiments, size)
    sizes = [size] * whole + [rest] * (rest > 0)
    return [(cell, number, many) for number, many in enumerate(sizes) for cell in cells]


def run(
    parts: Sequence[Part], measure: Callable[[Part], Counts], processes: int, kept: Path | None
) -> Iterator[tuple[Part, Counts]]:
    """Yield the counts of every part, those first that `kept` holds; the others are added to it."""
    known = dict(_read(kept, set(parts)))
    yield from known.items()
    left = [part for part in parts if part not in known]
    began, done = time.monotonic(), 0
    with ProcessPoolExecutor(processes) as workers:
        for part, counts in zip(left, workers.map(measure, left), strict=True):
            if kept is not None:
                _add(kept, part, counts)
            done += 1
            _progress(len(known) + done, len(parts), (time.monotonic() - began) / done * (len(left) - done))
            yield part, counts


def _read(kept: Path | None, wanted: set[Part]) -> Iterator[tuple[Part, Counts]]:
    if kept is None or not kept.exists():
        return
    for line in kept.read_text(encoding="utf-8").splitlines():
        try:
            found: Mapping[str, Any] = json.loads(line)
        except ValueError:  # the run was stopped as it wrote the line
            continue
        cell, number, many = found["part"]
        if (cell, number, many) in wanted:
            yield (cell, number, many), found["counts"]


def _add(kept: Path, part: Part, counts: Counts) -> None:
    with kept.open("a", encoding="utf-8") as file:
        file.write("\n" * _is_cut(kept) + json.dumps({"part": part, "counts": counts}) + "\n")


def _is_cut(kept: Path) -> bool:
    """Say whether the last line has no end."""
    text = kept.read_bytes()[-1:]
    return text not in {b"", b"\n"}


def _progress(done: int, of: int, seconds: float) -> None:
    sys.stderr.write(f"\r{done} of {of} parts, some {seconds / 60:.0f} minutes left ")
    sys.stderr.write("\n" * (done == of))
    sys.stderr.flush()
