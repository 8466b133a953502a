import re
import subprocess
from pathlib import Path

import pytest

from adapter.facts import VERSION
from artifact.adopt import CHOICES, AdoptError, adopt, main
from artifact.upstream import MANIFEST, PROJECT, Manifest


@pytest.fixture
def service(tmp_path: Path) -> Path:
    """A service that was not generated."""
    folder = tmp_path / "service"
    folder.mkdir()
    (folder / "app.py").write_text("app = None\n")
    return folder


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    """A later version of the folders: one file changed, one gone, one new."""
    folder = tmp_path / "newer"
    adopt(PROJECT, _made(folder))
    facts = folder / "adapter" / "facts.py"
    facts.write_text(facts.read_text().replace(VERSION, "9.9.9"))
    (folder / "telemetry" / "progress.py").unlink()
    (folder / "telemetry" / "new.py").write_text('"""New."""\n')
    (folder / "artifact").mkdir()
    return folder


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_copies_both_folders_and_their_hashes(service: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--into", str(service)]) == 0
    published = Manifest.of_files(PROJECT).hashes
    expected = {name for name in published if name.startswith(("adapter/", "telemetry/"))}
    assert names(service) == expected | {"app.py", MANIFEST}
    checked = subprocess.run(
        ["sha256sum", "--check", "--quiet", MANIFEST],
        cwd=service,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (checked.returncode, checked.stdout) == (0, "")
    said = capsys.readouterr().out
    assert f"cookiecutter-lambda-lifespan {VERSION} are in {service}" in said
    assert "docs/adopt.md" in said


def test_adapter_alone(service: Path) -> None:
    assert main(["--into", str(service), "--only", "adapter"]) == 0
    assert not (service / "telemetry").exists()
    assert main(["--into", str(service)]) == 0
    assert (service / "telemetry" / "__init__.py").is_file()


def test_telemetry_needs_the_adapter(service: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--into", str(service), "--only", "telemetry"]) == 1
    assert "telemetry/ needs adapter/" in capsys.readouterr().err


def test_later_version_replaces_the_earlier_one(
    service: Path, newer: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    adopt(PROJECT, service)
    assert main(["--into", str(service)], newer) == 0
    assert names(service) == (names(newer) | {"app.py"})
    assert Manifest.read(service).version == "9.9.9"
    assert f"9.9.9 are in {service}, where {VERSION} was" in capsys.readouterr().out


@pytest.mark.parametrize("change", ["changed", "added", "missing"])
def test_local_change_is_never_overwritten(service: Path, newer: Path, change: str) -> None:
    adopt(PROJECT, service)
    facts = service / "adapter" / "facts.py"
    match change:
        case "changed":
            facts.write_text(facts.read_text() + "# ours\n")
        case "added":
            facts = service / "adapter" / "ours.py"
            facts.write_text('"""Ours."""\n')
        case "missing":
            facts.unlink()
    before = {name: (service / name).read_bytes() for name in names(service)}
    with pytest.raises(AdoptError, match=rf"(?s)changed there.*- {change}: adapter/{facts.name}"):
        adopt(newer, service)
    assert {name: (service / name).read_bytes() for name in names(service)} == before


@pytest.mark.parametrize("name", ["adapter/__init__.py", "telemetry.py"])
def test_packages_of_these_names_are_left_alone(service: Path, name: str) -> None:
    (service / name).parent.mkdir(exist_ok=True)
    (service / name).write_text("ours = True\n")
    stranger = re.escape(name.split("/", maxsplit=1)[0])
    with pytest.raises(AdoptError, match=f"has {stranger} already, which is not from here"):
        adopt(PROJECT, service)
    assert names(service) == {"app.py", name}


def test_generated_project_is_refused(tmp_path: Path) -> None:
    Manifest(VERSION, {"artifact/__init__.py": "0" * 64}).write(tmp_path)
    with pytest.raises(AdoptError, match="is a generated project, which `cruft update` renews"):
        adopt(PROJECT, tmp_path)


def test_damaged_manifest_is_named(service: Path) -> None:
    (service / MANIFEST).write_text("nothing\n")
    with pytest.raises(AdoptError, match=rf"{MANIFEST}, line 1"):
        adopt(PROJECT, service)


def test_folder_has_to_exist(tmp_path: Path) -> None:
    with pytest.raises(AdoptError, match="is no folder"):
        adopt(PROJECT, tmp_path / "nowhere")


@pytest.mark.parametrize("inside", ["", "service"])
def test_not_into_itself(inside: str) -> None:
    with pytest.raises(AdoptError, match="is here, where the folders come from"):
        adopt(PROJECT, PROJECT / inside)


def test_make_says_what_is_missing() -> None:
    root = Path(__file__).parents[2]
    done = subprocess.run(["make", "adopt"], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "make adopt INTO=../service" in done.stderr


def test_bytecode_stays_behind(service: Path) -> None:
    adopt(PROJECT, service)
    assert not [path for room in CHOICES for path in (service / room).rglob("__pycache__")]
