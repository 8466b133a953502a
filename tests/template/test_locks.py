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
        "requirements-bench.txt",
        "requirements-libraries.txt",
        "requirements-sam.txt",
        "requirements.txt",
        "requirements-dev.txt",
        "requirements-report.txt",
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


def test_development_holds_what_ships() -> None:
    ships, development = (pins(ROOT / FOLDER / f"requirements{kind}.txt") for kind in ("", "-dev"))
    for name, versions in ships.items():
        assert development[name] == versions


def test_template_and_project_agree() -> None:
    project, own = pins(ROOT / FOLDER / "requirements-dev.txt"), pins(ROOT / "requirements.txt")
    for name in project.keys() & own.keys():
        assert own[name] == project[name]
