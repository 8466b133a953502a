"""The published schemas, and what is held against them."""

import json
from pathlib import Path
from typing import Any, Final

import msgspec
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it has no stubs in the lock

REPORT: Final = Path(__file__).parents[3] / "telemetry" / "report"
VERDICT: Final[dict[str, Any]] = json.loads((REPORT / "verdict.schema.json").read_text(encoding="utf-8"))
COMPARE: Final[dict[str, Any]] = json.loads((REPORT / "compare.schema.json").read_text(encoding="utf-8"))
_VALIDATORS: Final = {id(schema): Draft202012Validator(schema) for schema in (VERDICT, COMPARE)}


def faults(found: object, schema: dict[str, Any] = VERDICT) -> list[str]:
    """List what a document has against a schema: where, and what. NaN is null, as in the file."""
    written = msgspec.json.decode(msgspec.json.encode(found))
    return [f"{one.json_path}: {one.message[:300]}" for one in _VALIDATORS[id(schema)].iter_errors(written)]
