import json
from pathlib import Path

from telemetry.lab.events import GET_ROOT, read_sources


def test_event_with_a_byte_order_mark(tmp_path: Path) -> None:
    """As PowerShell writes a file in UTF-8."""
    path = tmp_path / "event.json"
    path.write_text(json.dumps(GET_ROOT), encoding="utf-8-sig")
    assert [(source.event, source.weight) for source in read_sources([f"{path}=3"])] == [(GET_ROOT, 3.0)]
