"""Nothing that is used from outside has another name than in the first version."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from tests.docs.documents import table
from tests.template.upgrade.team import Project

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

COMMANDS: Final = (
    "telemetry.lab",
    "telemetry.lab.imports",
    "telemetry.report",
    "telemetry.report plan",
    "telemetry.report doctor",
    "artifact.deploy",
)
OPTION: Final = re.compile(r"(?<![\w-])--?[a-z][a-z-]*")
TARGET: Final = re.compile(r"^([a-z-]+):.*## ", re.MULTILINE)
GIVEN: Final = re.compile(r"^([A-Z_]+) \?=|\$\((?:if )?([A-Z_]+)", re.MULTILINE)
VARIABLE: Final = re.compile(r"\b(?:LIFESPAN|OTEL|POWERTOOLS)_[A-Z_]+\b")
ATTRIBUTE: Final = re.compile(r"[a-z][a-z_]*(?:\.[a-z_]+)+")
ON_LAMBDA: Final = ("adapter/**/*.py", "telemetry/**/*.py")
TOOLS: Final = ("telemetry/lab", "telemetry/report", "telemetry/dashboard")

NAMES: Final = "Names that your code may import"
NAME: Final = re.compile(r"`([a-z_.]+)\.(\w+)`")

SCHEMA: Final = """
import json
from telemetry import schema
names = {name: value for name, value in vars(schema).items() if isinstance(value, str) and name.isupper()}
print(json.dumps({"fields": names, "metrics": [metric._asdict() for metric in schema.METRICS]}))
"""
CONTRACT: Final = """
import inspect, json
from adapter import LifespanAdapter, errors, facts
parameters = inspect.signature(LifespanAdapter).parameters.values()
print(json.dumps({
    "handler": [[parameter.name, parameter.kind.name] for parameter in parameters],
    "errors": sorted(name for name in vars(errors) if name.endswith("Error")),
    "facts": {name: fact._fields for name, fact in vars(facts).items() if hasattr(fact, "_fields")},
}))
"""
STACK: Final = """
import json
from tests.stack import load_template
print(json.dumps(load_template()))
"""


def run(folder: Path, *arguments: str) -> str:
    """Run Python in a project; it must succeed."""
    command = (sys.executable, "-B", "-W", "ignore", *arguments)
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def told(folder: Path, program: str) -> dict[str, Any]:
    """What a program prints in a project."""
    printed: dict[str, Any] = json.loads(run(folder, "-c", program))
    return printed


def sources(folder: Path) -> Iterator[str]:
    """What runs on Lambda."""
    for pattern in ON_LAMBDA:
        for path in folder.glob(pattern):
            if not path.relative_to(folder).as_posix().startswith(TOOLS):
                yield path.read_text(encoding="utf-8")


def dotted(folder: Path) -> set[str]:
    """The literals in it that look like a span's name or an attribute."""
    nodes = (node for text in sources(folder) for node in ast.walk(ast.parse(text)))
    words = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return {word for word in words if ATTRIBUTE.fullmatch(word)}


def variables(folder: Path) -> set[str]:
    return {name for text in sources(folder) for name in VARIABLE.findall(text)}


@pytest.mark.parametrize("command", COMMANDS)
def test_options(generated: Project, baked: Path, command: str) -> None:
    before, now = (
        set(OPTION.findall(run(folder, "-m", *command.split(), "--help")))
        for folder in (generated.folder, baked)
    )
    assert before - now == set()


def test_make(generated: Project, baked: Path) -> None:
    before, now = ((folder / "Makefile").read_text(encoding="utf-8") for folder in (generated.folder, baked))
    assert set(TARGET.findall(before)) - set(TARGET.findall(now)) == {"dashboard"}
    assert {("QUICK",), ("PORT",)} <= {tuple(filter(None, found)) for found in GIVEN.findall(before)}
    # The file that said that all is installed has become two, one for each set of packages.
    assert set(GIVEN.findall(before)) - set(GIVEN.findall(now)) == {("", "INSTALLED")}


def test_records(generated: Project, baked: Path) -> None:
    before, now = (told(folder, SCHEMA) for folder in (generated.folder, baked))
    assert before["fields"].items() <= now["fields"].items()
    assert all(metric in now["metrics"] for metric in before["metrics"])


def test_spans(generated: Project, baked: Path) -> None:
    before = dotted(generated.folder)
    assert {"faas.coldstart", "http.route"} <= before
    assert before - dotted(baked) == set()


def test_variables(generated: Project, baked: Path) -> None:
    before = variables(generated.folder)
    assert {"LIFESPAN_PLACEMENT", "OTEL_SDK_DISABLED"} <= before
    assert before - variables(baked) == set()


def test_contract(generated: Project, baked: Path) -> None:
    before, now = (told(folder, CONTRACT) for folder in (generated.folder, baked))
    assert [parameter for parameter in before["handler"] if parameter not in now["handler"]] == []
    # It is a `ValueError` of `adapter.placement` now.
    assert set(before["errors"]) - set(now["errors"]) == {"PlacementError"}
    for fact, fields in before["facts"].items():
        assert [field for field in fields if field not in now["facts"][fact]] == [], fact


def test_documented_names(generated: Project, baked: Path) -> None:
    """What the document calls old was there, and what it calls new is there."""
    rows = [(NAME.findall(before), NAME.findall(now)) for before, now in table("upgrade", NAMES)]
    assert rows
    for before, now in rows:
        assert before, now
        assert now, before
        run(generated.folder, "-c", "".join(f"from {module} import {name}\n" for module, name in before))
        run(baked, "-c", "".join(f"from {module} import {name}\n" for module, name in now))


def test_stack(generated: Project, baked: Path) -> None:
    before, now = (told(folder, STACK) for folder in (generated.folder, baked))
    for part in ("Parameters", "Conditions", "Outputs"):
        assert before[part].keys() <= now[part].keys(), part
    assert before["Resources"].keys() <= now["Resources"].keys()
    for name, resource in before["Resources"].items():
        assert resource["Type"] == now["Resources"][name]["Type"], name
    for name, parameter in before["Parameters"].items():
        assert parameter["Default"] == now["Parameters"][name]["Default"], name
        assert set(parameter.get("AllowedValues", ())) <= set(
            now["Parameters"][name].get("AllowedValues", ())
        )
    given = ("Resources", "Function", "Properties", "Environment", "Variables")
    assert deep(before, given).items() <= deep(now, given).items()


def deep(node: dict[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    for key in keys:
        node = node[key]
    return node
