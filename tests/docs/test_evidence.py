"""What a project's documents conclude is what the evidence in the template's repository shows."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.__main__ import PAGES
from bench.tables import BEGIN, END, summary, written_into
from tests.docs.documents import DOCS, EVIDENCE, text

MEASUREMENT = (EVIDENCE / "measurement.md").read_text(encoding="utf-8")
BENCHMARKS = (EVIDENCE / "benchmarks.md").read_text(encoding="utf-8")


LAB_CPU = (EVIDENCE / "lab-cpu.md").read_text(encoding="utf-8")


def rows(page: str) -> Iterator[list[str]]:
    """Cells of every row of its tables."""
    for line in page.splitlines():
        if line.startswith("|"):
            yield [cell.strip() for cell in line.strip("|").split("|")]


def settings() -> list[dict[str, str]]:
    """Every simulated setting: handler, invocations, CV and split, then what came of it."""
    heads: list[str] = []
    found = []
    for cells in rows(MEASUREMENT):
        if "handler" in cells and "verdicts" in cells:
            heads = cells
        elif "handler" in cells:
            heads = []
        elif heads and len(cells) == len(heads) and cells[0] in {"skewed", "heavy-tailed", "bimodal"}:
            found.append(dict(zip(heads, cells, strict=True)))
    return found


def test_intervals_are_as_concluded() -> None:
    found, told = settings(), " ".join(text("measurement").split())
    judged = [row for row in found if float(row["verdicts"]) > 0]
    held = [float(row["difference"]) for row in judged]
    assert f"{len(found)} settings, 10,000 simulated experiments each" in told
    assert f"held the truth in {min(held):.1f} to {max(held):.1f} % of all experiments" in told
    assert f"at most {max(float(row['false verdicts']) for row in judged):.1f} % of the experiments" in told
    assert f"At most {max(float(row['wrong way']) for row in found):.1f} % called a saving a cost" in told


def test_ledger_is_as_concluded() -> None:
    (total,) = [cells for cells in rows(MEASUREMENT) if cells[0] == "all"]
    assert f"in {total[2]} of {total[1]} runs of the lab" in text("measurement")


def test_cost_of_a_report_is_as_concluded() -> None:
    (million,) = [cells for cells in rows(MEASUREMENT) if cells[0] == "1,000,000"]
    wall, processor, memory = float(million[2]), float(million[3]), int(million[-1])
    said = " ".join(text("measurement").split())
    assert f"takes {wall:.1f} s on two cores, {processor:.0f} s of processor" in said
    assert f"and {round(memory, -1)} MB of memory" in said


def test_cpu_of_the_lab_is_as_concluded() -> None:
    section = LAB_CPU.partition("## Shares")[2].partition("\n## ")[0]
    off = [cells[-1] for cells in rows(section) if cells[-1].endswith("%")]
    worst = max(abs(float(cell.rstrip("%"))) for cell in off)
    assert len(off) == 20
    assert f"times were at most {worst} % off what quotas make of them" in " ".join(text("lab").split())


def test_budgets_are_those_of_the_evidence() -> None:
    told = text("benchmarks").partition(BEGIN)[2].partition(END)[0]
    budgets = [line for line in told.splitlines() if line.startswith("|")]
    assert len(budgets) > 5
    assert "\n".join(budgets) in BENCHMARKS
    (processor,) = re.findall(r"^(.+?), \d+ cores", told, re.MULTILINE)
    assert processor in BENCHMARKS


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.parent.name)
def test_bench_finds_where_to_write(page: Path) -> None:
    assert f"{BEGIN}\n\nnew\n{END}" in written_into(page.read_text(encoding="utf-8"), "new")


def test_project_gets_the_budgets_alone() -> None:
    budget = {"what": "a request", "limit": 1, "unit": "times", "met": True}
    spread = {"median": 0.5, "low": 0.4, "high": 0.6}
    machine = {"cpu": "A processor", "cores": 2, "versions": {"python": "3.13.0"}}
    lines = summary({"machine": machine, "budgets": [{**budget, **spread}]}).splitlines()
    assert lines[0].startswith("A processor, 2 cores, Python 3.13.0.")
    assert lines[-1] == "| a request | ≤ 1 times | 0.50 [0.40, 0.60] | met |"


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda page: page.name)
def test_documents_name_evidence_that_exists(page: Path) -> None:
    for name in re.findall(r"bench/evidence/[\w-]+\.md", page.read_text(encoding="utf-8")):
        assert (EVIDENCE.parents[1] / name).is_file(), name
