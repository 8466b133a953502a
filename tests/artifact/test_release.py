from pathlib import Path

import pytest

from artifact.release import release_id

PARAMETERS = ("MemorySize=1024", "ProvisionedConcurrency=2")


def test_same_release_has_same_id(build: Path) -> None:
    assert release_id(build, PARAMETERS) == release_id(build, reversed(PARAMETERS))


def test_parameters_make_a_release(build: Path) -> None:
    other = ("MemorySize=2048", "ProvisionedConcurrency=2")
    assert release_id(build, PARAMETERS) != release_id(build, other)


@pytest.mark.parametrize("name", ["Function/app.py", "template.yaml"])
def test_code_and_template_make_a_release(build: Path, name: str) -> None:
    before = release_id(build, PARAMETERS)
    (build / name).write_text("Resources: {} # changed\n", encoding="utf-8")
    assert release_id(build, PARAMETERS) != before


def test_new_and_renamed_files_make_a_release(build: Path) -> None:
    ids = {release_id(build, PARAMETERS)}
    (build / "Function" / "more.py").write_text("", encoding="utf-8")
    ids.add(release_id(build, PARAMETERS))
    (build / "Function" / "more.py").rename(build / "Function" / "else.py")
    ids.add(release_id(build, PARAMETERS))
    assert len(ids) == 3


def test_bytecode_counts_by_presence(build: Path) -> None:
    before = release_id(build, PARAMETERS)
    bytecode = build / "Function" / "__pycache__" / "app.cpython-313.pyc"
    bytecode.write_bytes(b"two")
    assert release_id(build, PARAMETERS) == before
    bytecode.unlink()
    assert release_id(build, PARAMETERS) != before
