from telemetry.report.show.verdict import Verdict
from tests.telemetry.report.reported import tables_of, verdict_from
from tests.telemetry.report.simulation import Run, experiment

TWO_ARMS = {"init": 25, "first_invocation": 25}


def test_null_by_construction_has_its_finding(verdict: Verdict) -> None:
    assert tables_of(verdict)["per-request"].rows[1][-1] == "no difference seen"


def test_interim_finding_is_so_far() -> None:
    verdict = verdict_from(experiment(planned=200).lines())
    assert tables_of(verdict)["per-request"].rows[0][-1].endswith(" so far")


def test_mix_of_the_lab_is_said(verdict: Verdict, on_lambda: Verdict) -> None:
    said = "At 12 requests per environment, 1 of 12 cold, as the lab was told; in use, traffic decides that"
    assert said in tables_of(verdict)["per-request"].caption
    assert "as the lab was told" not in tables_of(on_lambda)["per-request"].caption


def test_mix_of_traffic_in_the_lab_is_of_its_arrivals_and_pool() -> None:
    verdict = verdict_from(Run(arms=TWO_ARMS, load={"arrivals": "poisson:3/s"}).lines())
    said = "At 12 requests per environment, 1 of 12 cold, as this run's arrivals and pool had it; on Lambda"
    assert said in tables_of(verdict)["per-request"].caption
    assert "as the lab was told" not in tables_of(verdict)["per-request"].caption


def test_comparator_is_explained(verdict: Verdict) -> None:
    assert "Mangum itself did not run" in tables_of(verdict)["per-request"].caption
    without = verdict_from(Run(arms=TWO_ARMS).lines())
    assert "Mangum itself" not in tables_of(without)["per-request"].caption
