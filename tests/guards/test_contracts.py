"""What a room promises to others can be imported alone: in a fresh interpreter, with nothing replaced."""

import json
import subprocess
import sys

import pytest

CONTRACT = {"adapter", "adapter.asgi", "adapter.facts", "adapter.placement"}
"""Of the adapter, all that telemetry may load."""
RECORDS = (
    "telemetry.records",
    "telemetry.records.invocations",
    "telemetry.records.sink",
    "telemetry.records.startups",
)
OTHERS = (
    "telemetry.export.otlp_http",
    "telemetry.export.span_pipeline",
    "telemetry.export.udp",
    "telemetry.logs.setup",
    "telemetry.pipeline",
    "telemetry.spans.sink",
)
# rich and psutil are no part of an artifact, and libraries look for them: so they are hidden here as well.
PROGRAM = """
import importlib, json, sys
sys.modules["rich"] = sys.modules["psutil"] = None
importlib.import_module(sys.argv[1])
print(json.dumps(sorted(name for name, module in sys.modules.items() if module is not None)))
"""


def loaded(module: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, module], check=True, timeout=60, capture_output=True, text=True
    )
    names: list[str] = json.loads(done.stdout)
    return set(names)


def room(names: set[str], name: str) -> set[str]:
    return {each for each in names if each == name or each.startswith(f"{name}.")}


def foreign(names: set[str]) -> set[str]:
    """Packages that are neither ours nor the standard library's, nor of the environment's own start."""
    packages = {name.partition(".")[0] for name in names - loaded("sys")}
    return packages - sys.stdlib_module_names - {"adapter", "telemetry"}


@pytest.mark.parametrize("module", sorted(CONTRACT - {"adapter"}))
def test_adapters_contract_stands_alone(module: str) -> None:
    names = loaded(module)
    assert room(names, "adapter") <= CONTRACT
    assert foreign(names) == set()
    assert room(names, "asyncio") == set()


def test_guard_sees_what_is_loaded() -> None:
    assert {"adapter.lifespan", "asyncio", "mangum"} <= loaded("adapter.adapter")


@pytest.mark.parametrize("package", ["adapter", "telemetry"])
def test_front_doors_load_no_rooms(package: str) -> None:
    names = loaded(package)
    assert room(names, package) == {package}
    assert foreign(names) == set()


def test_schema_stands_alone() -> None:
    names = loaded("telemetry.schema")
    assert room(names, "telemetry") == {"telemetry", "telemetry.schema"}
    assert room(names, "adapter") == set()
    assert foreign(names) == set()


@pytest.mark.parametrize("module", RECORDS)
def test_records_need_the_contract_only(module: str) -> None:
    names = loaded(module)
    assert room(names, "adapter") <= CONTRACT
    assert foreign(names) == set()
    assert room(names, "asyncio") == set()


@pytest.mark.parametrize("module", OTHERS)
def test_telemetry_knows_no_adapter(module: str) -> None:
    names = loaded(module)
    assert room(names, "adapter") <= CONTRACT
    assert foreign(names) <= {"opentelemetry", "structlog", "typing_extensions"}
