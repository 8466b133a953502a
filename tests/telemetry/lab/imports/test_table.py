from pathlib import Path

import pytest

from telemetry.lab.imports.table import shipped_packages


def test_what_is_pinned_is_shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "requirements.txt").write_text("PyYAML==6.0 \\\n    --hash=sha256:0\n", encoding="utf-8")
    (tmp_path / "service").mkdir()
    monkeypatch.chdir(tmp_path)
    assert {"yaml", "service"} <= shipped_packages()
    assert "fastapi" not in shipped_packages()
