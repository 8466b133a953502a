"""What `bench.structure` counts, ready for JSON."""

import statistics
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from bench import calls
from bench.calls import MOMENTS, PARTS, CallTrace
from bench.importers import File, read_files

SMALL: Final = 50
"""Lines; a shorter file with a single importer should have a reason to stand alone."""
ROOMS: Final = {
    "adapter": ("adapter/",),
    "telemetry": ("telemetry/",),
    "telemetry without report, lab": ("telemetry/",),
    "telemetry/report": ("telemetry/report/",),
    "telemetry/lab": ("telemetry/lab/",),
    "artifact": ("artifact/",),
    "service": ("service/",),
    "all without service": ("adapter/", "telemetry/", "artifact/"),
    "all": ("",),
}
"""What the paths of a room begin with."""
LEFT_OUT: Final = {"telemetry without report, lab": ("telemetry/report/", "telemetry/lab/")}
INIT: Final = {
    "on Starlette, outside Lambda": ("starlette", False),
    "on FastAPI, inside Lambda": ("fastapi", True),
}
"""The first as the guard of INIT's imports counts, the second as the page of benchmarks does."""


def counted(project: Path, *, run: bool = True) -> dict[str, Any]:
    """Everything, ready for JSON; without `run`, only what can be read."""
    files = read_files(project)
    found = {
        "rooms": {room: _room(_members(files, room)) for room in ROOMS},
        "folders": _folders(files),
        "small_with_one_importer": [
            {"file": file.path, "lines": file.lines, "importer": file.importers[0]}
            for file in files
            if _small_with_one_importer(file)
        ],
        "without_importer": [file.path for file in files if not file.is_door and not file.importers],
        "basenames": _repeated(files),
    }
    return found | _ran(project) if run else found


def _members(files: Sequence[File], room: str) -> list[File]:
    left_out = LEFT_OUT.get(room, ())
    return [
        file for file in files if file.path.startswith(ROOMS[room]) and not file.path.startswith(left_out)
    ]


def _room(files: Sequence[File]) -> dict[str, Any]:
    named = [file for file in files if not file.is_door]
    once = [file for file in named if len(file.importers) == 1]
    return {
        "files": len(files),
        "lines": sum(file.lines for file in files),
        "median_lines": _median(files),
        "one_importer": len(once),
        "share_with_one_importer": round(len(once) / len(named), 3) if named else None,
        "small_with_one_importer": len([file for file in named if _small_with_one_importer(file)]),
        "largest_folder": next(iter(_folders(files).items()), None),
    }


def _median(files: Sequence[File]) -> float | None:
    lines = [file.lines for file in files if not file.empty]
    return statistics.median(lines) if lines else None


def _small_with_one_importer(file: File) -> bool:
    return not file.is_door and file.lines < SMALL and len(file.importers) == 1


def _folders(files: Sequence[File]) -> dict[str, int]:
    """Files of each folder, the fullest first."""
    return dict(Counter(file.folder for file in files).most_common())


def _repeated(files: Sequence[File]) -> dict[str, list[str]]:
    paths = defaultdict(list)
    for file in files:
        if not file.is_door:
            paths[file.name].append(file.path)
    return {name: same for name, same in sorted(paths.items()) if len(same) > 1}


def _ran(project: Path) -> dict[str, Any]:
    inits = {}
    for parts, label in PARTS.items():
        for base, (app, inside_lambda) in INIT.items():
            seen = calls.run(project, parts, app=app, inside_lambda=inside_lambda)
            inits[f"{label}, {base}"] = {"modules": len(seen.modules), "own": len(seen.own_modules)}
    runs = {label: calls.run(project, parts) for parts, label in PARTS.items()}
    traces = {
        f"{what}, {label}": _trace(seen.traces[moment])
        for moment, what in MOMENTS.items()
        for label, seen in runs.items()
    }
    return {"init": inits, "traces": traces}


def _trace(trace: CallTrace) -> dict[str, Any]:
    path = [{"file": stay.file, "functions": [call.function for call in stay.calls]} for stay in trace.stays]
    return {**trace.counts(), "to_app": trace.to_app.counts(), "path": path}
