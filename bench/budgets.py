"""What measuring may cost, and what it does cost."""

from collections.abc import Mapping
from typing import Any

from bench.stacks import RECORDED, UDP

APP = "starlette"


def budgets(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One row a budget. Times are CPU time: who else is on the machine changes that least."""
    warm = {row["stack"]: row for row in found["warm"] if row["app"] == APP}
    added = found["added"]["stacks"][UDP]["collector_off"]
    largest = max(row["record_bytes"] or 0 for row in found["warm"])
    return [
        _budget("span recorded, record written / stock Mangum without telemetry", 0.8,
                warm[RECORDED]["cpu_of_stock"], "times"),
        _budget("the same, and the span sent by UDP / stock Mangum without telemetry", 1.2,
                warm[UDP]["cpu_of_stock"], "times"),
        _budget("span recorded, record written / by the book", 0.3, warm[RECORDED]["cpu_of_book"], "times"),
        _budget("import and init of adapter and telemetry, after Mangum and FastAPI", 15,
                added["cpu_ms"], "ms"),
        _budget("record of a warm invocation, the longest of all apps", 700,
                {"median": largest, "low": largest, "high": largest}, "bytes"),
    ]  # fmt: skip


def _budget(what: str, limit: float, measured: Mapping[str, float], unit: str) -> dict[str, Any]:
    return {"what": what, "limit": limit, **measured, "unit": unit, "met": measured["median"] <= limit}
