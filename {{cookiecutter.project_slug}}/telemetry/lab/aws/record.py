"""The lab's record of a run on Lambda: what was asked, and what came home."""

import json
import time
from collections.abc import Mapping
from typing import Any

from telemetry.lab.aws.measurement import Measurement
from telemetry.schema import AT, LAB, RECORD, SCHEMA, VERSION


def lab_record(measured: Measurement, duration_s: float, *, complete: bool) -> bytes:
    """Return the line of the record: the first line of a run, and the last, which counts.

    It says nothing of a machine: where a function runs, Lambda does not tell.
    """
    settings, twin, original = measured.settings, measured.twin, measured.twin.original
    record: Mapping[str, Any] = {
        RECORD: LAB,
        SCHEMA: VERSION,
        AT: int(time.time() * 1000),
        "where": twin.where,
        "run": measured.marker.run,
        "app": original.handler,
        "function": twin.stack.function,
        "region": twin.region,
        "architecture": original.architecture,
        "seed": settings.seed,
        "environments": settings.environments,
        "invocations": settings.invocations,
        **({"init_type": settings.init_types[0]} if len(settings.init_types) == 1 else {}),
        "init_types": list(settings.init_types),
        "timeout_s": original.timeout_s,
        "memory_mb": list(settings.memory_mb),
        "sent": {placement: arm.fields() for placement, arm in sorted(measured.collected.arms.items())},
        "duration_s": round(duration_s, 1),
        "complete": complete,
    }
    return json.dumps(record, separators=(",", ":")).encode() + b"\n"
