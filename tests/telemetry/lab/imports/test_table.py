"""Which packages the artifact has: what requirements.txt names, in the forms that pip reads."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from telemetry.lab.imports.children import Survey
from telemetry.lab.imports.table import shipped_packages

DISTRIBUTIONS = {
    "yaml": ["PyYAML"],
    "fastapi": ["fastapi"],
    "zope": ["zope.interface", "zope.event"],
    "typing_extensions": ["typing_extensions"],
    "boto3": ["boto3"],
}


def survey(own: Sequence[str] = ()) -> Survey:
    none: frozenset[str] = frozenset()
    return Survey(none, DISTRIBUTIONS, none, frozenset(own), none, {}, {})


def shipped(folder: Path, text: str, encoding: str = "utf-8") -> set[str] | None:
    (folder / "requirements.txt").write_text(text, encoding=encoding)
    return shipped_packages(folder, survey())


@pytest.mark.parametrize(
    "line",
    [
        "PyYAML==6.0 \\\n    --hash=sha256:0",
        "pyyaml",
        "PyYAML>=6,<7",
        "pyyaml~=6.0",
        "pyyaml [extra] == 6.0",
        "pyyaml[extra]>=6",
        "pyyaml; python_version >= '3.11'",
        "pyyaml @ https://example.com/pyyaml.tar.gz",
        "# fastapi\n-c constraints.txt\n--no-binary fastapi\npyyaml!=5  # why",
    ],
)
def test_requirement_in_any_form_is_shipped(tmp_path: Path, line: str) -> None:
    assert shipped(tmp_path, f"{line}\n") == {"yaml"}


def test_name_of_a_distribution_has_one_form(tmp_path: Path) -> None:
    assert shipped(tmp_path, "Zope_Interface\nTYPING-extensions==4\n") == {"zope", "typing_extensions"}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_file_as_windows_writes_it(tmp_path: Path, encoding: str) -> None:
    assert shipped(tmp_path, "fastapi==0.1\r\nboto3==1\r\n", encoding) == {"fastapi", "boto3"}


def test_files_that_refer_to_each_other(tmp_path: Path) -> None:
    (tmp_path / "locks").mkdir()
    (tmp_path / "locks/base.txt").write_text("boto3==1\n-r ../requirements.txt\n", encoding="utf-8")
    text = "-r locks/base.txt  # all\n--requirement=absent.txt\nfastapi\n"
    assert shipped(tmp_path, text) == {"boto3", "fastapi", "locks"}


def test_own_code_is_shipped(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("", encoding="utf-8")
    (tmp_path / "service").mkdir()
    assert shipped_packages(tmp_path, survey(["main"])) == {"main", "service"}


def test_without_requirements_nobody_knows(tmp_path: Path) -> None:
    assert shipped_packages(tmp_path, survey()) is None
