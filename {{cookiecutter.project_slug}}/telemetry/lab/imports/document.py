"""All numbers of `imports` as one JSON document, for programs."""

import json
from collections.abc import Sequence
from typing import Any

from telemetry.lab.imports.children import OwnImport
from telemetry.lab.imports.findings import Findings
from telemetry.lab.imports.lazy import Saving
from telemetry.lab.imports.measurement import Package
from telemetry.lab.imports.signed_rank import LEVEL, Shift


def document(found: Findings) -> str:
    """Return the document. Times are milliseconds; what is not known is null."""
    watched = found.watched
    whole = {
        "app": found.app,
        "python": ".".join(map(str, found.python)),
        "startup_ended_by": found.error or None,
        "requests": None
        if watched is None
        else [failure or "success" for failure in watched.served.failures],
        "use_unknown_because": found.unwatched or None,
        "packages": [_package(found, package) for package in found.dearest],
        "memory_mb": found.memory_mb,
        "moved": [_saving(saving) for saving in found.savings],
        "not_moved": [
            {"package": one.package, "imported_at": _places(one.imports), "reason": one.reason}
            for one in found.no_savings
        ],
    }
    return json.dumps(whole, indent=2) + "\n"


def _package(found: Findings, package: Package) -> dict[str, Any]:
    name, use = package.name, found.use(package.name)
    places = found.survey.importers.get(name, ())
    without = found.source.get(name)
    return {
        "package": name,
        "ms": round(package.ms, 3),
        "with_its_imports_ms": round(package.whole_ms, 3) if found.has_whole(name) else None,
        "without_bytecode_ms": None if without is None else round(without.ms, 3),
        "modules": package.modules,
        "shipped": None if found.shipped is None else name in found.shipped,
        "native": name in found.survey.native,
        "in_requests": None if use is None else use.kind,
        "ran_in_events": None if use is None else list(use.events),
        "movable": found.survey.movable(name),
        "imported_at": [
            {"package": place.package, "file": place.file, "line": place.line} for place in places
        ],
    }


def _saving(saving: Saving) -> dict[str, Any]:
    return {
        "package": saving.package,
        "imported_at": _places(saving.imports),
        "unused": all(each.unused for each in saving.imports),
        "environments": saving.environments,
        "unmoved_init_ms": round(saving.unmoved_init_ms, 3),
        "init_saves_ms": _shift(saving.init_ms),
        "requests_save_ms": _shift(saving.requests_ms),
    }


def _shift(of: Shift) -> dict[str, float]:
    return {"value": round(of.value, 3), "low": round(of.low, 3), "high": round(of.high, 3), "level": LEVEL}


def _places(imports: Sequence[OwnImport]) -> list[dict[str, Any]]:
    return [{"file": each.file, "line": line} for each in imports for line in each.lines]
