"""Locked requirements: pinned, hashed, and naming no place to download from."""

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
