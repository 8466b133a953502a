"""Every combination of the template's conditions, where the generated project's suite tries a few."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.template.building import run

COMBINATIONS = 240
"""Of the conditions that meet, each with each."""


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_every_combination_lints(baked: Path) -> None:
    # -B, because others compare the folder's files.
    said = run(sys.executable, "-B", "-m", "tests.combinations", cwd=baked, env={"PATH": "/usr/bin:/bin"})
    assert said.endswith(f"{COMBINATIONS} combinations\n")


EXCEPTIONS = {"W2530", "WS1000", "WS1002", "WS1004", "ES2000", "ES2003"}
"""The rules that the template leaves, each with its reason beside it; those with an S are for serverless."""
RULE = re.compile(r"\b[EWI]S?\d{4}\b")


def found_by_all_rules(template: Path, sam: Path) -> set[str]:
    command = (
        sam.parent / "cfn-lint",
        "-a",
        "cfn_lint_serverless.rules",
        "-t",
        template,
        "--regions",
        "eu-west-1",
    )
    done = subprocess.run([*command, "--format", "parseable"], capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    return set(re.findall(r":([EWI]S?\d+):", done.stdout))


@pytest.mark.slow
def test_rules_are_kept_or_left_with_a_reason(baked: Path, sam: Path, tmp_path: Path) -> None:
    text = (baked / "template.yaml").read_text(encoding="utf-8")
    without = tmp_path / "template.yaml"
    without.write_text(RULE.sub("W9999", text), encoding="utf-8")

    assert found_by_all_rules(baked / "template.yaml", sam) == set()
    assert found_by_all_rules(without, sam) == EXCEPTIONS
    for line in text.splitlines():
        if RULE.search(line):
            assert " # " in line, line


def test_sam_accepts_the_template(baked: Path, home: dict[str, str], sam: Path) -> None:
    said = run(sam, "validate", "--lint", cwd=baked, env=home)
    assert "is a valid SAM Template" in said
