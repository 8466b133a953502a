"""The main job, end to end: a generated project measures itself and says what came of it."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.telemetry.report.arithmetic import complaints
from tests.telemetry.report.schemas import faults
from tests.template.project import make

PLACEMENTS = ("init", "first_invocation", "every_invocation")


def measure(baked: Path, home: dict[str, str], folder: Path, *arguments: str) -> tuple[Path, str]:
    project = Path(shutil.copytree(baked, folder / baked.name))
    return project, make(project, home, "measure", *arguments)


def verdict_of(project: Path) -> dict[str, Any]:
    verdict: dict[str, Any] = json.loads((project / "verdict.json").read_text(encoding="utf-8"))
    assert faults(verdict) == []
    return verdict


def on_one_line(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_quick_run(baked: Path, home: dict[str, str], tmp_path: Path) -> None:
    project, printed = measure(baked, home, tmp_path, "QUICK=1")
    verdict = verdict_of(project)

    assert on_one_line(" ".join(verdict["headline"])) in on_one_line(printed)
    assert "not on Lambda" in verdict["sentence"]
    assert verdict["starts"]["recorded"] == verdict["starts"]["sent"]
    assert verdict["starts"]["mismatches"] == []
    assert {arm["failed_requests"] for arm in verdict["arms"]} == {0}
    assert [resource["name"] for resource in verdict["resources"]] == ["model", "tickets", "exporter"]
    assert verdict["input"]["malformed"] == {}
    assert (project / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert complaints(project / "records.jsonl", project / "verdict.json") == []


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_full_run(baked: Path, home: dict[str, str], tmp_path: Path) -> None:
    project, _ = measure(baked, home, tmp_path)
    verdict = verdict_of(project)
    comparisons = {
        comparison["baseline"]: comparison
        for comparison in verdict["comparisons"]
        if comparison["estimand"] == "user_visible_ms"
    }

    assert {arm["failed_requests"] for arm in verdict["arms"]} == {0}

    # The arms differ by what repeating the startup cost in this run, and by how much faster INIT is.
    ledger = verdict["ledger"]
    assert ledger["agreement"] == "agrees"
    assert ledger["difference"]["value"] == comparisons["every_invocation"]["difference_ms"]
    assert 0 < ledger["remainder"]["value"] < ledger["difference"]["value"] / 10

    firsts = {part["name"]: part["first_in_init"]["mean"] for part in verdict["startup"]["resources"]}
    assert max(firsts, key=lambda name: firsts[name]) == "model"
    repeats = verdict["startup"]["whole"]["repeat"]
    environments = repeats["n_environments"]
    assert 20 <= environments <= 60
    assert repeats["mean"] < verdict["startup"]["whole"]["first_in_invocation"]["mean"]

    assert verdict["state"]["size_bytes"] > 10_000_000
    assert verdict["state"]["methods"].keys() <= {"rss", "mallinfo2"}

    for placement in PLACEMENTS:
        warm = 1 if placement == "every_invocation" else 11
        recorded = verdict["starts"]["recorded"][placement]
        assert recorded == {"cold": environments, "warm": warm * environments}
    assert verdict["starts"]["recorded"] == verdict["starts"]["sent"]

    # INIT or lazy has an answer, and it is as precise as was asked.
    assert re.match(r"INIT or lazy: .*INIT saves \d+ ms \[\d+, \d+\]", verdict["headline"][1])
    lines = (project / "records.jsonl").read_text(encoding="utf-8").splitlines()
    precision = json.loads(lines[-1])["precision"]
    first = next(
        one
        for one in verdict["comparisons"]
        if one["estimand"] == "first_request_ms" and one["baseline"] == "first_invocation"
    )
    assert (first["high"] - first["low"]) / 2 == pytest.approx(precision["half_width_ms"], rel=1e-3)
    assert precision["reached"] or environments == 60

    advice = {resource["name"]: resource["advice"] for resource in verdict["resources"]}
    assert advice == {"model": "keep", "tickets": "keep", "exporter": "make lazy"}
    assert complaints(project / "records.jsonl", project / "verdict.json") == []
