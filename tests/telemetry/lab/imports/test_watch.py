"""In this process; on what a real function does it is tested with planted packages."""

import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from telemetry.lab.imports.watch import TOOL_NAME, Watch

CONTEXT = SimpleNamespace(aws_request_id="r-1")


def told(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="this one can tell")
def test_old_python_serves_and_cannot_tell(tmp_path: Path) -> None:
    watch = Watch(lambda event, _context: event + 1, tmp_path / "out.json")
    assert watch(1, CONTEXT) == 2
    (line,) = told(tmp_path / "out.json")
    assert (line["request"], line["ran"]) == ("r-1", None)
    assert "pytest" in line["loaded"]


@pytest.mark.skipif(sys.version_info < (3, 12), reason="sys.monitoring is new in 3.12")
def test_each_event_is_told_apart(tmp_path: Path) -> None:
    def handler(event: str, _context: Any) -> Any:
        return __import__(event).dumps("x") if event == "json" else None

    watch = Watch(handler, tmp_path / "out.json")
    try:
        for event in ("json", "", "json"):
            watch(event, CONTEXT)
    finally:
        monitoring: Any = getattr(sys, "monitoring", None)
        taken = [tool for tool in range(6) if monitoring.get_tool(tool) == TOOL_NAME]
        monitoring.free_tool_id(taken[0])
    assert ["json" in line["ran"] for line in told(tmp_path / "out.json")] == [True, False, True]
