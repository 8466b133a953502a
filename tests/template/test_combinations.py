"""Every combination of the template's conditions, where the generated project's suite tries a few."""

import sys
from pathlib import Path

import pytest

from tests.template.building import run


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_every_combination_lints(baked: Path) -> None:
    # -B, because others compare the folder's files.
    said = run(sys.executable, "-B", "-m", "tests.combinations", cwd=baked, env={"PATH": "/usr/bin:/bin"})
    assert said.endswith("252 combinations\n")


def test_sam_accepts_the_template(baked: Path, home: dict[str, str], sam: Path) -> None:
    said = run(sam, "validate", "--lint", cwd=baked, env=home)
    assert "is a valid SAM Template" in said
