"""The rooms and the doors between them, read from the imports."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("adapter", "artifact", "service", "telemetry")

CONTRACT = {"adapter.asgi", "adapter.facts", "adapter.placement"}
"""Of the adapter with all others: standard library only, importable alone."""

VOCABULARY = {
    "telemetry.settings",
    "telemetry.fan_out",
    "telemetry.invocation_context",
    "telemetry.output",
    "telemetry.schema",
}
"""What telemetry's rooms share. They know neither each other nor the pipeline, which puts them together."""

REPORT_NEEDS = {"telemetry.report.errors", "telemetry.schema", "adapter.placement"}
"""Of every room of the report."""

EXAMINATION = {"adapter.placement", "telemetry.report.aws", "telemetry.report.show"}
"""Of what shows the findings of `doctor`."""

# Where a file may import from, of ours; the longest prefix that fits a file counts.
ARROWS = {
    # The front door, and nothing else.
    "adapter": {"adapter.adapter", "adapter.http.posted", "adapter.lifespan.measurement"},
    **dict.fromkeys(CONTRACT, CONTRACT),
    "adapter.errors": CONTRACT,
    "adapter.settings": {*CONTRACT, "adapter.errors", "adapter.process.identity"},
    "adapter.process": {*CONTRACT, "adapter.errors", "adapter.settings", "adapter.process"},
    "adapter.lifespan": {
        *CONTRACT,
        "adapter.errors",
        "adapter.settings",
        "adapter.lifespan",
        "adapter.process.context",
        "adapter.process.identity",
        "adapter.process.loop",
        "adapter.process.observer",
    },
    "adapter.http": {
        *CONTRACT,
        "adapter.errors",
        "adapter.settings",
        "adapter.http",
        "adapter.process.loop",
    },
    "adapter.environment": {"adapter"},
    "adapter.adapter": {"adapter"},
    "artifact": {"artifact", "adapter.placement"},
    "service": {"service"},
    "service.lifespan": {"service", "adapter.preload"},  # the function, from the package's front door
    "service.handler": {"service", "adapter", "telemetry"},
    "telemetry": {"telemetry.pipeline"},  # the front door, and nothing else
    "telemetry.__main__": {"adapter.facts"},  # the commands by their names
    **dict.fromkeys(VOCABULARY, CONTRACT | VOCABULARY),
    "telemetry.schema": set(),
    "telemetry.metrics": CONTRACT | VOCABULARY,
    "telemetry.records": {*CONTRACT, *VOCABULARY, "telemetry.records"},
    "telemetry.logs": {*CONTRACT, *VOCABULARY, "telemetry.logs"},
    "telemetry.spans": {*CONTRACT, *VOCABULARY, "telemetry.spans"},
    "telemetry.export": {*CONTRACT, *VOCABULARY, "telemetry.spans", "telemetry.export"},
    "telemetry.pipeline": {
        *CONTRACT,
        *VOCABULARY,
        "telemetry.export",
        "telemetry.logs",
        "telemetry.metrics",
        "telemetry.records",
        "telemetry.spans",
    },
    "telemetry.memory_size": set(),
    "telemetry.price_list": set(),
    "telemetry.prices": {"telemetry.price_list"},
    "telemetry.progress": set(),
    "telemetry.workload": set(),
    # read <- estimate <- show <- the commands; aws feeds read, and doctor's findings are shown.
    "telemetry.report": {"telemetry.report", "telemetry.prices", "adapter.placement"},
    "telemetry.report.errors": set(),
    "telemetry.report.read": {*REPORT_NEEDS, "telemetry.report.read"},
    "telemetry.report.aws": {
        *REPORT_NEEDS,
        "telemetry.report.read",
        "telemetry.report.aws",
        "telemetry.progress",
    },
    # Reads the variables of a function as the function does.
    "telemetry.report.aws.deployment": {
        "telemetry.report.errors",
        "telemetry.report.aws",
        "telemetry.settings",
    },
    "telemetry.report.estimate": {
        *REPORT_NEEDS,
        "telemetry.report.read",
        "telemetry.report.estimate",
        "telemetry.memory_size",
        "telemetry.workload",
    },
    # Dollars of what was measured.
    "telemetry.report.estimate.configurations": {
        *REPORT_NEEDS,
        "telemetry.report.read",
        "telemetry.report.estimate",
        "telemetry.prices",
    },
    "telemetry.report.show": {
        *REPORT_NEEDS,
        "telemetry.report.read",
        "telemetry.report.estimate",
        "telemetry.report.show",
        "telemetry.memory_size",
        "telemetry.workload",
    },
    "telemetry.report.choose": {
        *REPORT_NEEDS,
        "telemetry.report.read",
        "telemetry.report.estimate",
        "telemetry.report.choose",
        "telemetry.prices",
        "telemetry.memory_size",
        "telemetry.workload",
    },
    # Pages of the report and of a choice are drawn alike.
    "telemetry.report.choose.show": {
        "telemetry.report.choose",
        "telemetry.report.estimate",
        "telemetry.report.show.charts.drawing",
        "telemetry.report.show.made",
        "telemetry.report.show.page",
        "telemetry.price_list",
        "telemetry.workload",
    },
    "telemetry.report.choose.__main__": {"telemetry.report", "telemetry.prices", "adapter.placement"},
    "telemetry.report.show.examination": EXAMINATION,
    "telemetry.report.show.remedies": EXAMINATION,
    "telemetry.lab": {"telemetry.lab"},
    "telemetry.lab.terminal": set(),
    "telemetry.lab.usage": set(),
    "telemetry.lab.events": {"telemetry.lab.usage"},
    "telemetry.lab.app": {"telemetry.lab.app", "telemetry.lab.usage"},
    "telemetry.lab.platform": {
        "telemetry.lab.platform",
        "telemetry.lab.app",
        "telemetry.lab.snapshot.launcher",
        "telemetry.lab.usage",
        "telemetry.memory_size",
        "telemetry.schema",
    },
    # Goes into the function's own process, where nothing else of the lab need be.
    "telemetry.lab.snapshot": {"telemetry.lab.snapshot"},
    # Runs in the lab's child process, in the place of a project's handler.
    "telemetry.lab.app.any_app": {"telemetry", "adapter"},
    "telemetry.lab.dynamodb": {"telemetry.lab.platform", "telemetry.lab.usage"},
    "telemetry.lab.run": {
        "telemetry.workload",
        "telemetry.lab.run",
        "telemetry.lab.imports",
        "telemetry.lab.app",
        "telemetry.lab.platform",
        "telemetry.lab.snapshot",
        "telemetry.lab.dynamodb",
        "telemetry.lab.events",
        "telemetry.lab.terminal",
        "telemetry.lab.usage",
        "telemetry.memory_size",
        "telemetry.progress",
        "telemetry.schema",
        "adapter.placement",
        # A run that ends when it is precise enough goes by the interval that the report will show.
        "telemetry.report.estimate.jackknife",
    },
    # Knows Lambda by AWS's API alone, which it reads as the report does; what a line says, the report's own.
    "telemetry.lab.aws": {
        "telemetry.lab.aws",
        "telemetry.lab.events",
        "telemetry.lab.platform.function",
        "telemetry.lab.platform.invocation",
        "telemetry.lab.run.counts",
        "telemetry.lab.run.plan",
        "telemetry.lab.terminal",
        "telemetry.lab.usage",
        "telemetry.memory_size",
        "telemetry.prices",
        "telemetry.progress",
        "telemetry.schema",
        "adapter.placement",
        "telemetry.report.aws.clients",
        "telemetry.report.aws.log_group",
        "telemetry.report.aws.period",
        "telemetry.report.aws.stack",
        "telemetry.report.errors",
        "telemetry.report.read.platform",
    },
    # Reads when requests came from whatever the report reads.
    "telemetry.lab.run.load.recorded": {
        "telemetry.lab.usage",
        "telemetry.report.errors",
        "telemetry.report.read",
    },
    "telemetry.lab.imports": {
        "telemetry.lab.imports",
        "telemetry.lab.platform",
        "telemetry.lab.app",
        "telemetry.lab.dynamodb",
        "telemetry.lab.events",
        "telemetry.lab.terminal",
        "telemetry.lab.usage",
        "telemetry.memory_size",
        "telemetry.progress",
    },
    # Runs in the lab's child process, as `any_app` does.
    "telemetry.lab.imports.handler": {"adapter", "telemetry.lab.app.target", "telemetry.lab.imports"},
}
SHOWING = {"altair", "jinja2", "rich", "vl_convert"}
FORBIDDEN_LIBRARIES = {
    "telemetry": {"mangum", "aws_xray_sdk"},
    "service": {"mangum", "awslambdaric"},
    "telemetry/report/read": SHOWING,
    "telemetry/report/estimate": SHOWING,
    "telemetry/report/aws": SHOWING,
}


def modules(room: str) -> Iterator[tuple[str, Path]]:
    for path in sorted((ROOT / room).rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def imported(path: Path) -> Iterator[str]:
    """Every name that a file imports, `from a import b` as `a.b`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def within(name: str, prefix: str) -> bool:
    return name == prefix or name.startswith(f"{prefix}.")


def allowed(module: str) -> set[str]:
    return ARROWS[max((prefix for prefix in ARROWS if within(module, prefix)), key=len)]


@pytest.mark.parametrize("room", ROOMS)
def test_imports_follow_the_arrows(room: str) -> None:
    wrong = [
        f"{module} imports {name}"
        for module, path in modules(room)
        for name in imported(path)
        if name.split(".")[0] in ROOMS and not any(within(name, prefix) for prefix in allowed(module))
    ]
    assert wrong == []


@pytest.mark.parametrize("room", FORBIDDEN_LIBRARIES)
def test_rooms_know_no_foreign_library(room: str) -> None:
    wrong = [
        f"{module} imports {name}"
        for module, path in modules(room)
        for name in imported(path)
        if name.split(".")[0] in FORBIDDEN_LIBRARIES[room]
    ]
    assert wrong == []


@pytest.mark.parametrize("room", ROOMS)
def test_files_stay_small(room: str) -> None:
    lengths = {module: len(path.read_text(encoding="utf-8").splitlines()) for module, path in modules(room)}
    assert {module: length for module, length in lengths.items() if length > 300} == {}


def test_links_lead_into_the_template() -> None:
    for name in (*ROOMS, "template.yaml"):
        link = ROOT / name
        assert link.is_symlink()
        assert str(link.readlink()) == f"{{{{cookiecutter.project_slug}}}}/{name}"


def test_no_python_file_is_rendered() -> None:
    folders = (f"{{{{cookiecutter.project_slug}}}}/{name}" for name in ("minimal", "tests"))
    for room in (*ROOMS, *folders):
        for path in (ROOT / room).rglob("*.py"):
            assert "cookiecutter" not in path.read_text(encoding="utf-8").replace("cookiecutter-lambda", "")
