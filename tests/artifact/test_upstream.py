import shutil
import subprocess
from pathlib import Path

import pytest

from artifact.upstream import MANIFEST, ROOMS, Manifest, main


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small project, as the template published it."""
    for room in ROOMS:
        (tmp_path / room / "inner").mkdir(parents=True)
        (tmp_path / room / "__init__.py").write_text(f'"""{room}."""\n', encoding="utf-8")
        (tmp_path / room / "inner" / "data.txt").write_text("1\n", encoding="utf-8")
    (tmp_path / "adapter" / "facts.py").write_text('VERSION: Final = "1.2.3"\n', encoding="utf-8")
    (tmp_path / "service").mkdir()
    Manifest.of_files(tmp_path).write(tmp_path)
    return tmp_path


def test_nothing_changed(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"], project) == 0
    said = capsys.readouterr().out
    assert "cookiecutter-lambda-lifespan 1.2.3, 7 files. Nothing was changed here." in said


def test_every_kind_of_change_is_named(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "adapter" / "facts.py").write_text('VERSION: Final = "9.9.9"\n', encoding="utf-8")
    (project / "artifact" / "inner" / "data.txt").unlink()
    (project / "telemetry" / "ours.py").write_text("", encoding="utf-8")

    assert main([], project) == 0

    lines = capsys.readouterr().out.splitlines()
    assert "cookiecutter-lambda-lifespan 1.2.3," in lines[0]
    assert [line for line in lines if line.startswith("- ")] == [
        "- changed: adapter/facts.py",
        "- missing: artifact/inner/data.txt",
        "- added: telemetry/ours.py",
    ]


def test_check_fails_on_a_change(project: Path) -> None:
    (project / "telemetry" / "ours.py").write_text("", encoding="utf-8")
    assert main(["--check"], project) == 1


@pytest.mark.parametrize(
    "name",
    ["service/app.py", "template.yaml", "adapter/__pycache__/facts.cpython-313.pyc", "telemetry/.DS_Store"],
)
def test_other_files_are_no_change(project: Path, name: str) -> None:
    (project / name).parent.mkdir(exist_ok=True)
    (project / name).write_text("", encoding="utf-8")
    assert main(["--check"], project) == 0


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (None, "upstream.sha256 is missing"),
        ("", "line 1: expected '# cookiecutter-lambda-lifespan VERSION'"),
        ("# cookiecutter-lambda-lifespan 1.2.3\n<<<<<<< ours\n", "line 2: expected a SHA-256"),
    ],
)
def test_no_valid_manifest(
    project: Path, text: str | None, complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if text is None:
        (project / MANIFEST).unlink()
    else:
        (project / MANIFEST).write_text(text, encoding="utf-8")
    assert main([], project) == 2
    assert complaint in capsys.readouterr().err


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="no sha256sum on this machine")
def test_sha256sum_reads_the_manifest(project: Path) -> None:
    check = ("sha256sum", "--check", "--strict", MANIFEST)
    done = subprocess.run(check, cwd=project, capture_output=True, text=True, check=False)
    assert done.stdout.count(": OK\n") == 7
    (project / "telemetry" / "inner" / "data.txt").write_text("2\n", encoding="utf-8")
    done = subprocess.run(check, cwd=project, capture_output=True, text=True, check=False)
    assert "telemetry/inner/data.txt: FAILED" in done.stdout


def test_manifest_is_sorted(project: Path) -> None:
    names = [line.split("  ")[1] for line in (project / MANIFEST).read_text().splitlines()[1:]]
    assert names == sorted(names)
