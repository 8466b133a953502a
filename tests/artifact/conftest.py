from pathlib import Path

import pytest


@pytest.fixture
def build(tmp_path: Path) -> Path:
    """As `sam build` leaves it."""
    folder = tmp_path / ".aws-sam" / "build"
    (folder / "Function" / "__pycache__").mkdir(parents=True)
    (folder / "Function" / "app.py").write_text("pass\n", encoding="utf-8")
    (folder / "Function" / "__pycache__" / "app.cpython-313.pyc").write_bytes(b"one")
    (folder / "template.yaml").write_text("Resources: {}\n", encoding="utf-8")
    return folder
