"""Who imports whom."""

from pathlib import Path

import pytest

from bench.importers import File, read_files
from tests.bench.projects import written

TARGETS = {
    "adapter/__init__.py": "from adapter.door import opened\n__all__ = ['opened', 'made_late']\n",
    "adapter/door.py": "def opened(): ...\n",
    "adapter/opened.py": "",
    "adapter/made_late.py": "",
    "adapter/facts.py": "class Fact: ...\n",
    "adapter/http/__init__.py": '"""Requests."""\n',
    "adapter/http/request.py": "",
}


def files(project: Path) -> dict[str, File]:
    return {file.path: file for file in read_files(project)}


@pytest.mark.parametrize(
    ("statement", "imported"),
    [
        ("import adapter.facts", "adapter/facts.py"),
        ("import adapter.facts as known", "adapter/facts.py"),
        ("from adapter.facts import Fact", "adapter/facts.py"),
        ("from adapter import facts", "adapter/facts.py"),
        ("from . import settings", "telemetry/settings.py"),
        ("from .settings import Settings", "telemetry/settings.py"),
        ("from adapter.http import request", "adapter/http/request.py"),
        ("import adapter.http", "adapter/http/__init__.py"),
        ("def late():\n    from adapter import facts", "adapter/facts.py"),
        ("if TYPE_CHECKING:\n    from adapter.facts import Fact", "adapter/facts.py"),
        ("importlib.import_module('adapter.facts')", "adapter/facts.py"),
        # Bound by the package: not its module of the same name.
        ("from adapter import opened", "adapter/__init__.py"),
        ("from adapter import made_late", "adapter/__init__.py"),
    ],
)
def test_import_counts_for_one_file(tmp_path: Path, statement: str, imported: str) -> None:
    project = written(tmp_path, {**TARGETS, "telemetry/settings.py": "", "telemetry/sink.py": statement})
    found = {path for path, file in files(project).items() if "telemetry/sink.py" in file.importers}
    assert found == {imported}


def test_file_counts_once_and_never_for_itself(tmp_path: Path) -> None:
    twice = "import adapter.facts\nfrom adapter.facts import Fact\nimport telemetry.sink\n"
    found = files(written(tmp_path, {**TARGETS, "telemetry/sink.py": twice}))
    assert found["adapter/facts.py"].importers == ("telemetry/sink.py",)
    assert found["telemetry/sink.py"].importers == ()


def test_tests_import_nothing(tmp_path: Path) -> None:
    found = files(written(tmp_path, {**TARGETS, "tests/test_facts.py": "import adapter.facts\n"}))
    assert found["adapter/facts.py"].importers == ()
    assert "tests/test_facts.py" not in found


def test_docstring_alone_is_empty(tmp_path: Path) -> None:
    found = files(written(tmp_path, TARGETS))
    assert found["adapter/http/__init__.py"].empty
    assert not found["adapter/__init__.py"].empty
