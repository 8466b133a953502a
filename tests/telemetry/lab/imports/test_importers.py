import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from telemetry.lab.imports.importers import Importers


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    before = set(sys.modules)
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


def test_all_importers_are_told_the_first_one_first(folder: Path) -> None:
    files = {
        "planted_app": "import planted_a\nimport planted_b\nimport planted_b\n"
        "try:\n    import planted_absent\nexcept ImportError:\n    pass\n",
        "planted_a": "import importlib\nimportlib.import_module('planted_c')\n",
        "planted_b": "import json\nfrom planted_c import VALUE\n",
        "planted_c": "VALUE = 1\n",
    }
    for name, source in files.items():
        (folder / f"{name}.py").write_text(source, encoding="utf-8")
    importers = Importers()
    importers.install()
    try:
        __import__("planted_app")
    finally:
        importers.remove()
    told = {
        package: [(place.package, Path(place.file).name, place.line) for place in places.values()]
        for package, places in importers.found.items()
        if package.startswith("planted") and places and package != "planted_app"
    }
    assert told == {
        "planted_a": [("planted_app", "planted_app.py", 1)],
        "planted_b": [("planted_app", "planted_app.py", 2)],
        "planted_c": [("planted_a", "planted_a.py", 2), ("planted_b", "planted_b.py", 2)],
    }
    assert "json" not in importers.found


def test_relative_imports_stay_in_their_package(folder: Path) -> None:
    (folder / "planted_pkg").mkdir()
    (folder / "planted_pkg" / "__init__.py").write_text("from .csv import x\nfrom . import csv\n", "utf-8")
    (folder / "planted_pkg" / "csv.py").write_text("x = 1\n", "utf-8")
    importers = Importers()
    importers.install()
    try:
        __import__("planted_pkg")
    finally:
        importers.remove()
    assert {name for name, places in importers.found.items() if places} == {"planted_pkg"}
