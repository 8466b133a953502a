"""In this process; on what a real function does it is tested with planted packages."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from telemetry.lab.imports.watch import TOOL_NAME, Watch


def told(out: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return content


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="this one can tell")
def test_old_python_serves_and_cannot_tell(tmp_path: Path) -> None:
    watch = Watch(lambda event, _context: event + 1, tmp_path / "out.json")
    assert watch(1, None) == 2
    assert told(tmp_path / "out.json")["ran"] is None
    assert "pytest" in told(tmp_path / "out.json")["loaded"]


@pytest.mark.skipif(sys.version_info < (3, 12), reason="sys.monitoring is new in 3.12")
def test_each_event_is_told_apart(tmp_path: Path) -> None:
    def handler(event: str, _context: Any) -> Any:
        return __import__(event).dumps("x") if event == "json" else None

    watch = Watch(handler, tmp_path / "out.json")
    try:
        for event in ("json", "", "json"):
            watch(event, None)
    finally:
        monitoring: Any = getattr(sys, "monitoring", None)
        taken = [tool for tool in range(6) if monitoring.get_tool(tool) == TOOL_NAME]
        monitoring.free_tool_id(taken[0])
    assert ["json" in ran for ran in told(tmp_path / "out.json")["ran"]] == [True, False, True]
