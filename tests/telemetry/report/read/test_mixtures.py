"""What is refused instead of being averaged, and the option that chooses."""

import json
from pathlib import Path

import pytest

from telemetry.report.__main__ import main
from telemetry.report.errors import UnusableError
from telemetry.report.read.evidence import evidence_of
from telemetry.report.read.ledger import Ledger
from telemetry.report.read.lines import Source
from telemetry.report.read.mixtures import must_be_one_function
from tests.telemetry.report.command import refused
from tests.telemetry.report.log_streams import Stream, evidence_in
from tests.telemetry.report.simulation import Run


def of_function(name: str, seed: int) -> list[str]:
    lines = (json.loads(line) for line in Run(lab=False, seed=seed).lines())
    return [
        json.dumps(line | ({"function": name} if line.get("record") == "startup" else {})) for line in lines
    ]


def source(name: str, lines: list[str]) -> Source:
    return Source(name, [line.encode() for line in lines])


@pytest.fixture
def two(tmp_path: Path) -> str:
    path = tmp_path / "two.jsonl"
    path.write_text("\n".join([*of_function("tickets-eu", 7), *of_function("tickets-us", 8)]))
    return str(path)


def test_t12_two_functions_of_one_service_want_a_choice(two: str, capsys: pytest.CaptureFixture[str]) -> None:
    message = refused(capsys, two)
    assert "records of 2 functions, tickets-eu, tickets-us. Choose one with --function NAME." in message


def test_t12_chosen_function_is_judged_alone(two: str, tmp_path: Path) -> None:
    alone, chosen = tmp_path / "alone.jsonl", tmp_path / "chosen.json"
    alone.write_text("\n".join(of_function("tickets-eu", 7)))
    assert main([two, "--function", "tickets-eu", "--json", str(chosen)]) == 0
    assert main([str(alone), "--json", str(tmp_path / "alone.json")]) == 0
    found, expected = (json.loads(path.read_text()) for path in (chosen, tmp_path / "alone.json"))
    for part in (
        "sentence",
        "arms",
        "comparisons",
        "startup",
        "resources",
        "starts",
        "invocations",
        "ledger",
    ):
        assert found[part] == expected[part]


def test_t12_unknown_function_is_named(two: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert "records of tickets-eu, tickets-us, none of function mail." in refused(
        capsys, two, "--function", "mail"
    )


def test_t12_records_that_name_no_function_are_none_of_a_chosen_one() -> None:
    with pytest.raises(UnusableError, match="records that do not name their function, none of function mail"):
        must_be_one_function(Ledger(function="mail"), "old.jsonl")


def test_t12_reports_of_the_other_function_are_not_of_this_one() -> None:
    mine, other = Stream("a", function="mine").startup().request(), Stream("b", function="other").startup()
    other.request().wait(3000).report("lost", 3000.0, status="timeout")
    evidence = evidence_in([mine, other], function="mine")
    assert evidence.totals.sums.n.sum() == 1
    assert evidence.totals.unplaced.elsewhere == 1


def test_t12_lab_and_lambda_are_refused() -> None:
    sources = [source("lab.jsonl", Run().lines()), source("lambda.jsonl", Run(lab=False, seed=8).lines())]
    message = r"lab\.jsonl: a lab run; lambda\.jsonl: records that no lab wrote"
    with pytest.raises(UnusableError, match=message):
        evidence_of(sources)


def test_files_of_two_lab_runs_and_of_platform_lines_are_one_input() -> None:
    report = next(line for line in Run().lines() if "platform.report" in line)
    sources = [source("a", Run().lines()), source("b", Run(seed=8).lines()), source("c", [report])]
    assert len(evidence_of(sources).ledger.units) == 100
