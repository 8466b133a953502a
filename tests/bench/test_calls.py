"""The calls of a request, and of a startup, in a project's own files."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from bench.calls import CallTrace, run
from tests.bench.projects import RUNNABLE, RUNNABLE_BEFORE, written


def stays(trace: CallTrace) -> list[tuple[str, list[str]]]:
    return [(stay.file, [call.function for call in stay.calls]) for stay in trace.stays]


def test_request_of_the_adapter_alone(tmp_path: Path) -> None:
    trace = run(written(tmp_path, RUNNABLE), "adapter").traces["request"]
    assert stays(trace) == [
        ("adapter/adapter.py", ["LifespanAdapter.__call__"]),
        ("adapter/loop.py", ["run"]),
        # A coroutine that goes on after a pause is no new call.
        ("adapter/adapter.py", ["LifespanAdapter.send", "LifespanAdapter.send", "LifespanAdapter.response"]),
    ]
    assert trace.counts() == {"files": 2, "stays": 3, "returns": 1, "calls": 5, "depth": 3}
    assert trace.to_app.counts() == {"files": 2, "stays": 2, "returns": 0, "calls": 2, "depth": 2}


@pytest.mark.parametrize(
    ("files", "startup"),
    [
        (
            RUNNABLE,
            [
                ("telemetry/pipeline.py", ["Telemetry.from_env", "Telemetry.traced", "Telemetry.hooks"]),
                ("adapter/adapter.py", ["LifespanAdapter.__init__"]),
            ],
        ),
        (
            RUNNABLE_BEFORE,
            [
                ("telemetry/pipeline.py", ["Telemetry.from_env", "Telemetry.traced"]),
                ("adapter/placement.py", ["placement_from"]),
                ("adapter/adapter.py", ["LifespanAdapter.__init__"]),
            ],
        ),
    ],
    ids=["one plug", "four plugs"],
)
def test_handler_is_composed_as_the_project_asks(
    tmp_path: Path, files: Mapping[str, str], startup: list[tuple[str, list[str]]]
) -> None:
    traces = run(written(tmp_path, files), "telemetry").traces
    assert stays(traces["startup"])[: len(startup)] == startup
    assert ("telemetry/pipeline.py", ["Telemetry.observe"]) in stays(traces["request"])


def test_import_is_no_call_but_a_module_of_init(tmp_path: Path) -> None:
    found = run(written(tmp_path, RUNNABLE), "adapter")
    assert "decorator" not in {call.function for call in found.traces["startup"].calls}
    assert found.own_modules == ["adapter", "adapter.adapter", "adapter.late", "adapter.loop"]


def test_project_that_fails_says_why(tmp_path: Path) -> None:
    broken = {**RUNNABLE, "adapter/loop.py": "raise ValueError('no loop today')\n"}
    with pytest.raises(RuntimeError, match="no loop today"):
        run(written(tmp_path, broken), "adapter")
