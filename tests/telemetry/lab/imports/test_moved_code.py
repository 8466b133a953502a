"""Files with an import moved are run: what they do tells whether it stands where it should."""

import ast
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from telemetry.lab.imports.moved_code import UNMOVED, moved, plan_path, write_plans
from telemetry.lab.imports.planned_code import PLAN_VARIABLE, install_plan

SOURCE = '''
"""Sums."""
import dearest, math
from dearest.parts import first, second as other

def total(values):
    """Add."""
    return dearest.add(values)

def part():
    def inner():
        return first, other
    return inner()

class Box:
    def area(self):
        return dearest.add([math.pi, 1])

def neither(dearest=1):
    return dearest
'''


def imports_of(tree: ast.Module) -> dict[str, list[str]]:
    """By function, `""` for the module, the import statements that stand in it."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    bodies = {"": tree.body, **{each.name: each.body for each in functions}}
    return {
        name: [ast.unparse(line) for line in body if isinstance(line, ast.Import | ast.ImportFrom)]
        for name, body in bodies.items()
    }


def test_each_function_imports_what_it_uses() -> None:
    tree = moved(SOURCE, "sums.py", "dearest")
    assert imports_of(tree) == {
        "": ["import math"],
        "total": ["import dearest"],
        "part": [],
        "inner": ["from dearest.parts import first", "from dearest.parts import second as other"],
        "area": ["import dearest"],
        "neither": [],
    }


def test_docstrings_stay_first() -> None:
    tree = moved(SOURCE, "sums.py", "dearest")
    total = next(node for node in tree.body if isinstance(node, ast.FunctionDef))
    assert (ast.get_docstring(tree), ast.get_docstring(total)) == ("Sums.", "Add.")


BRANCHES = """
import np

def f(a):
    if a == 1:
        x = [np.x for _ in a]
        return np.x
    elif np.y:
        pass
    try:
        a()
    except ValueError:
        with a:
            key = lambda: np.z
    for b in a:
        a = b
        class C:
            z = np.z
    match a:
        case 1:
            np.w
    return a
"""


def test_import_stands_in_the_block_that_uses_it() -> None:
    text = ast.unparse(moved(BRANCHES, "branches.py", "np"))
    lines = [line for line in text.splitlines() if line]
    followed = [lines[number + 1].strip() for number, line in enumerate(lines) if line.strip() == "import np"]
    assert followed == [
        "x = [np.x for _ in a]",
        "if np.y:",
        "key = lambda: np.z",
        "class C:",
        "np.w",
    ]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    before, finders = dict(sys.modules), list(sys.meta_path)
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    sys.meta_path[:] = finders
    for name in set(sys.modules) - set(before):
        del sys.modules[name]


def planned(project: Path, package: str, source: str) -> tuple[Path, Any]:
    """Write a module, import it by a plan that moves a package, and return both."""
    path = project / "planned_app.py"
    path.write_text(textwrap.dedent(source), encoding="utf-8")
    (project / "planted_package.py").write_text("VALUE = 7\n", encoding="utf-8")
    write_plans({"planted_package": [str(path)]}, project)
    install_plan({PLAN_VARIABLE: str(plan_path(project, package))})
    return path, __import__("planned_app")


APP = """\
import planted_package

def value():
    return planted_package.VALUE

def fails():
    raise LookupError('missing')
"""


def test_planned_file_imports_when_the_function_runs(project: Path) -> None:
    path, app = planned(project, "planted_package", APP)
    assert "planted_package" not in sys.modules
    assert app.value() == 7
    assert isinstance(sys.modules["planted_package"], ModuleType)
    assert path.read_text(encoding="utf-8") == APP
    assert app.__file__ == str(path)
    with pytest.raises(LookupError, match="missing") as caught:
        app.fails()
    assert caught.traceback[-1].lineno == 6  # from 0, as in the file


def test_unmoved_plan_changes_nothing(project: Path) -> None:
    _, app = planned(project, UNMOVED, APP)
    assert "planted_package" in sys.modules
    assert app.value() == 7
