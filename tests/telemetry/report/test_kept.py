"""Records that an earlier version judged give the numbers that they gave then.

`kept/` holds a lab run of the sample service, and records of an experiment as `simulation` writes them;
beside each, the verdict of version 0.1.0 without its sentences. Renew only what is meant to change.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from telemetry.report.__main__ import main

KEPT = Path(__file__).parent / "kept"
PROSE = {
    "sentence", "headline", "meaning", "text", "comparator", "why", "ledger_sentence", "notes",
    "not_estimated", "mismatches", "sources", "silent",
}  # fmt: skip


def figures(found: Any, at: str = "") -> dict[str, Any]:
    """Every number, name and finding of a verdict, by its path; what is said in sentences is left out."""
    if isinstance(found, dict):
        parts = [figures(value, f"{at}.{key}") for key, value in found.items() if key not in PROSE]
    elif isinstance(found, list):
        parts = [figures(value, f"{at}[{number}]") for number, value in enumerate(found)]
    else:
        return {at: found}
    return {path: value for part in parts for path, value in part.items()} or {at: found}


def read(path: Path) -> dict[str, Any]:
    return figures(json.loads(path.read_text(encoding="utf-8")))


LATER = "1000"
"""A size that is not reached: the version before took all environments, whatever had been declared."""
SIZE = {".progress.planned", ".progress.interim"}


@pytest.mark.parametrize(("name", "options"), [("lab", []), ("lambda", ["--planned", LATER])])
def test_numbers_are_those_of_the_version_before(name: str, options: list[str], tmp_path: Path) -> None:
    path = tmp_path / "verdict.json"
    assert main([str(KEPT / f"{name}.jsonl"), "--json", str(path), *options]) == 0
    found, before = read(path), read(KEPT / f"{name}.json")
    if options:
        found, before = ({key: one[key] for key in one if key not in SIZE} for one in (found, before))
    assert [key for key in found if key in before] == list(before)  # further keys may come
    # Another processor adds up in another order, and differs in the last digits.
    assert {key: found[key] for key in before} == {
        key: pytest.approx(value, rel=1e-9, abs=1e-9) if isinstance(value, float) else value
        for key, value in before.items()
    }


def test_v7_the_declared_size_is_cut_out_of_the_kept_experiment(tmp_path: Path) -> None:
    path = tmp_path / "verdict.json"
    assert main([str(KEPT / "lambda.jsonl"), "--json", str(path)]) == 0
    found = json.loads(path.read_text(encoding="utf-8"))
    assert found["population"]["rule"] == "planned"
    assert found["comparisons"][0]["n_environments"] == {"init": 20, "first_invocation": 20}
    assert found["comparisons"][0]["finding"] == "saves"
    assert found["decisions"][0]["decides"]


def test_kept_verdicts_are_worth_comparing() -> None:
    lab, deployed = read(KEPT / "lab.json"), read(KEPT / "lambda.json")
    assert len(lab) > 500
    assert (lab[".measured_on.where"], deployed[".measured_on.where"]) == ("lab", "lambda")
    findings = [verdict[".comparisons[0].finding"] for verdict in (lab, deployed)]
    assert findings == ["cannot tell yet", "saves"]
