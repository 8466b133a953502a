"""Locked requirements: pinned, hashed, and naming no place to download from."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.template.trees import FOLDER

ROOT = Path(__file__).parents[2]
LOCKS = sorted([*ROOT.glob("requirements*.txt"), *(ROOT / FOLDER).glob("requirements*.txt")])


def pins(lock: Path) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for line in lock.read_text(encoding="utf-8").splitlines():
        if line and not line[0].isspace():
            name, _, rest = line.partition("==")
            found.setdefault(name.split("[")[0], set()).add(rest.split(" ")[0])
    return found


def test_all_locks() -> None:
    assert [lock.name for lock in LOCKS] == [
        "requirements-bake.txt",
        "requirements-bench.txt",
        "requirements-libraries.txt",
        "requirements-sam.txt",
        "requirements.txt",
        "requirements-dev.txt",
        "requirements-measure.txt",
        "requirements.txt",
    ]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: f"{lock.parent.name[:2]}-{lock.name}")
def test_pinned_and_hashed(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    assert "://" not in text
    entries = [entry for entry in text.replace("\\\n", " ").splitlines() if entry.strip()]
    for entry in entries:
        assert "==" in entry
        assert "--hash=sha256:" in entry


@pytest.mark.parametrize(("small", "large"), [("", "-measure"), ("-measure", "-dev")])
def test_each_set_holds_the_smaller_one(small: str, large: str) -> None:
    """What ships is measured, and what measures is developed with, in the same versions."""
    part, whole = (pins(ROOT / FOLDER / f"requirements{kind}.txt") for kind in (small, large))
    assert part.keys() < whole.keys()
    for name, versions in part.items():
        assert whole[name] == versions


@pytest.mark.parametrize("kind", ["", "-bake"])
def test_template_and_project_agree(kind: str) -> None:
    project, own = pins(ROOT / FOLDER / "requirements-dev.txt"), pins(ROOT / f"requirements{kind}.txt")
    for name in project.keys() & own.keys():
        assert own[name] == project[name]


def test_who_measures_needs_no_developers_tools() -> None:
    measures = pins(ROOT / FOLDER / "requirements-measure.txt").keys()
    assert measures.isdisjoint({"mypy", "pytest", "ruff", "cfn-lint", "boto3-stubs", "aws-sam-translator"})


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_what_measures_is_enough_to_measure(baked: Path, tmp_path: Path) -> None:
    """In an environment of these packages alone each command runs, and the table that the lab serves."""
    project = shutil.copytree(baked, tmp_path / "project")
    uv = (sys.executable, "-m", "uv")
    python = tmp_path / "own" / "bin" / "python"
    lock = ("--require-hashes", "--no-deps", "-r", project / "requirements-measure.txt")
    subprocess.run([*uv, "venv", "--quiet", "--python", sys.executable, tmp_path / "own"], check=True)
    subprocess.run([*uv, "pip", "install", "--quiet", "--python", python, *lock], check=True)
    kept = ROOT / "tests" / "telemetry" / "report" / "kept" / "lab.jsonl"
    quick = ("--quick", "--cpu", "full", "--environments", "1", "--invocations", "1")
    for command in (
        ("lab", *quick, "--table", "events/tickets-table.json", "--env", "TICKETS_TABLE=tickets",
         "--event", "events/read-ticket.json", "--out", tmp_path / "records.jsonl"),
        ("imports", "--app", "service.app:app", "--env", "TICKETS_TABLE=tickets"),
        ("report", kept, "--html", tmp_path / "report.html", "--json", tmp_path / "verdict.json"),
        ("compare", kept, kept),
        ("plan", "--per-second", "3", "--request-ms", "120"),
        ("doctor", "--help"),
    ):  # fmt: skip
        done = subprocess.run(
            [python, "-m", "telemetry", *command], cwd=project, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
