"""What is refused instead of being averaged, and the option that chooses."""

import json
from pathlib import Path

import pytest

from telemetry.report.__main__ import main
from telemetry.report.errors import UnusableError
from telemetry.report.estimate.results import results_of
from telemetry.report.read.evidence import evidence_of
from telemetry.report.read.ledger import Ledger
from telemetry.report.read.lines import Source
from telemetry.report.read.mixtures import must_be_one_function
from telemetry.report.read.records import place_of
from tests.telemetry.report.command import refused
from tests.telemetry.report.log_streams import Stream, evidence_in
from tests.telemetry.report.simulation import Run


def of_function(name: str, seed: int) -> list[str]:
    lines = (json.loads(line) for line in Run(lab=False, seed=seed).lines())
    return [
        json.dumps(line | ({"function": name} if line.get("record") == "startup" else {})) for line in lines
    ]


def source(name: str, lines: list[str]) -> Source:
    return Source(name, [[line.encode() for line in lines]])


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


def lab_and_lambda(lab_service: str = "tickets") -> list[str]:
    """One file with a lab run, whose function is called `lab`, and with records of a function on Lambda."""
    lines = [json.loads(line) for line in Run().lines()]
    for line in lines:
        if "service" in line:
            line["service"] = lab_service
        if line.get("record") == "startup":
            line["function"] = "lab"
    return [*map(json.dumps, lines), *of_function("shop", 8)]


def test_t12_lab_and_lambda_in_one_file_are_refused() -> None:
    message = "one: records of a lab run, and records of function shop, which no lab wrote"
    with pytest.raises(UnusableError, match=message):
        evidence_of([source("one", lab_and_lambda())])


def test_t12_more_environments_than_the_lab_had_are_refused_whatever_their_function() -> None:
    strangers = [line.replace('"shop"', '"lab"') for line in of_function("shop", 8)]
    with pytest.raises(UnusableError, match="100 environments, 50 of which are of a lab run"):
        evidence_of([source("one", [*Run().lines(), *strangers])])


def snap_start(environments: int, sent: int) -> list[str]:
    """A lab run under SnapStart: each environment has another id after its restore."""
    arm = {"environments": environments, "invocations": sent, "starts": {"snapstart": sent}}
    lines: list[dict[str, object]] = [
        {"record": "lab", "v": 1, "run": "r", "init_type": "snap-start", "sent": {"init": arm}}
    ]
    common = {"v": 1, "at": 1_790_000_000_000, "service": "tickets", "placement": "init", "startup_id": "s-1"}
    for number in range(sent):
        common["startup_id"] = f"{number}-1"
        published = {"environment": f"published{number}", "process": f"{number}", **common}
        restored = {"environment": f"restored{number}", "process": f"r{number}", **common}
        lines.append(
            {"record": "startup", **published, "ordinal": 1, "phase": "init", "outcome": "complete",
             "init_type": "snap-start", "StartupDuration": 5.0}
        )  # fmt: skip
        lines.append(
            {"record": "invocation", **restored, "n": 1, "request_id": f"{number}", "start": "snapstart",
             "status": 200, "InvocationDuration": 11.0}
        )  # fmt: skip
    return list(map(json.dumps, lines))


@pytest.mark.parametrize(("environments", "sent"), [(3, 3), (2, 3)])  # a process that died is restored again
def test_snapshots_of_a_lab_are_no_records_of_lambda(environments: int, sent: int) -> None:
    evidence = evidence_of([source("one", snap_start(environments, sent))])
    assert results_of(evidence).measured_on.restore_left_out


@pytest.mark.parametrize(("chosen", "where"), [("shop", "lambda"), ("lab", "lab")])
def test_t12_the_function_that_is_judged_tells_the_place(chosen: str, where: str) -> None:
    evidence = evidence_of([source("one", lab_and_lambda())], function=chosen)
    assert results_of(evidence).measured_on.where == where


@pytest.mark.parametrize(("chosen", "where"), [("tickets", "lambda"), ("mail", "lab")])
def test_t12_the_service_that_is_judged_tells_the_place(chosen: str, where: str) -> None:
    evidence = evidence_of([source("one", lab_and_lambda("mail"))], service=chosen)
    assert results_of(evidence).measured_on.where == where


def test_t12_services_are_named_with_the_place_that_they_ran_in() -> None:
    message = r"2 services, mail \(in a lab run on this machine\) and tickets \(on Lambda\)\. Choose one"
    with pytest.raises(UnusableError, match=message):
        evidence_of([source("one", lab_and_lambda("mail"))])


def test_t12_a_lab_run_may_have_given_its_function_another_name() -> None:
    lines = [json.loads(line) for line in Run().lines()]
    named = [line | ({"function": "shop"} if line.get("record") == "startup" else {}) for line in lines]
    assert evidence_of([source("lab.jsonl", [*map(json.dumps, named)])]).ledger.labs


def run_at(where: object, *lines: str, **told: object) -> list[str]:
    """Records of a run that says where it was."""
    said = {"record": "lab", "v": 1, "run": f"{where}", "where": where, **told}
    return [json.dumps(said), *lines]


RECORDS = Run(lab=False).lines()


@pytest.mark.parametrize("where", ["Lambda", "lambda ", "", "mars", None, 7, ["lambda"], {"lambda": 1}])
def test_a_run_that_says_an_odd_place_is_refused_and_never_called_lambda(where: object) -> None:
    with pytest.raises(UnusableError, match=r"one: a lab's record that cannot be read \(lab: bad where\)"):
        evidence_of([source("one", run_at(where, *RECORDS))])


def test_an_odd_record_beside_a_sound_one_is_counted() -> None:
    evidence = evidence_of([source("one", [*run_at("loopback", *RECORDS), *run_at("mars")])])
    assert place_of(evidence.ledger.labs) == "loopback"
    assert evidence.read.malformed == {"lab: bad where": 1}


def test_a_lab_record_that_is_odd_in_another_way_is_no_lambda_either() -> None:
    with pytest.raises(UnusableError, match="lab: bad timeout_s"):
        evidence_of([source("one", run_at("loopback", *RECORDS, timeout_s=-1))])


@pytest.mark.parametrize(
    ("first", "second", "named"),
    [
        ("lab", "lambda", "on this machine and on Lambda"),
        ("loopback", "lambda", "on Lambda and at an address that is not Lambda's"),
    ],
)
def test_runs_of_two_places_are_refused_and_the_option_named(first: str, second: str, named: str) -> None:
    lines = [*run_at(first, *RECORDS), *run_at(second, *Run(lab=False, seed=8).lines())]
    with pytest.raises(UnusableError, match=f"lab runs {named}.* --beside FILE"):
        evidence_of([source("one", lines)])


@pytest.mark.parametrize("where", ["lambda", "loopback"])
def test_a_run_that_does_not_count_its_environments_is_read(where: str) -> None:
    evidence = evidence_of([source("one", run_at(where, *RECORDS))])
    assert (place_of(evidence.ledger.labs), len(evidence.ledger.units)) == (where, 50)


def test_a_run_that_counts_its_environments_has_no_others() -> None:
    sent = {"init": {"environments": 3, "invocations": 9}}
    with pytest.raises(UnusableError, match="50 environments, 3 of which are of a lab run"):
        evidence_of([source("one", run_at("lambda", *RECORDS, sent=sent))])
