import re
from dataclasses import replace

import pytest

from telemetry.report.estimate.intervals import Estimate
from telemetry.report.show.tables.startup_tables import _until
from telemetry.report.show.verdict import Verdict
from tests.telemetry.report.reported import tables_of, verdict_from
from tests.telemetry.report.show.tables.conftest import THREE_ARMS
from tests.telemetry.report.simulation import Loaded, Run


def test_advice_of_a_lab_run_is_of_this_machine(verdict: Verdict, on_lambda: Verdict) -> None:
    assert (
        "with 512 MB on Lambda the same load may take up to 3.5 times as long"
        in tables_of(verdict)["advice"].caption
    )
    assert "on Lambda" not in tables_of(on_lambda)["advice"].caption
    shared = verdict_from(Run(arms=THREE_ARMS, cpu="lambda").lines())
    assert tables_of(shared)["advice"].caption.endswith(" Measured on this machine, not on Lambda.")


def test_slower_requests_may_turn_the_advice() -> None:
    run = Run(arms={"init": 25}, resources={"thing": Loaded(200, 50, 0.015)})
    verdict = verdict_from(run.lines())
    found = verdict.results.resources[0]
    assert (found.advice, found.advice_on_lambda) == ("make lazy", "not enough data")
    remarks = tables_of(verdict)["advice"].caption
    assert "; on Lambda perhaps: not enough data." in remarks
    assert re.search(
        r" thing: keep it if environments serve more than about [\d,]+ to [\d,]+ requests;", remarks
    )


@pytest.mark.parametrize(
    ("touch", "run", "because"),
    [
        (0, {"first_ms": 3}, "less than 5 ms to save, at best"),
        (1, {}, "lazy saves less than 20 % of its load, at best"),
        (0.12, {}, "lazy may save 20 % of its load, or less"),
        (0, {"environments": 19}, "fewer than 20 environments"),
        (0, {"overlapped": True}, "loads together with another"),
        (1, {"visible": False}, "no state key has its name"),
    ],
)
def test_advice_says_which_number_decided(touch: float, run: dict[str, float], because: str) -> None:
    thing = Loaded(run.get("first_ms", 200), 50, touch, bool(run.get("visible", True)))
    arms = {"init": int(run.get("environments", 25))}
    lines = Run(arms=arms, resources={"thing": thing}, overlapped=bool(run.get("overlapped"))).lines()
    assert tables_of(verdict_from(lines))["advice"].rows[0][-1] == because


def test_startup_and_shutdown_stand_together(verdict: Verdict) -> None:
    found = tables_of(verdict)["startup"].rows
    assert [row[0] for row in found][:2] == ["startup", "startup + shutdown"]
    assert found[-1][0] == "how often"


def test_imports_that_others_may_need_are_not_said_to_be_saved() -> None:
    resources = {"exporter": Loaded(200, 60, 0.0), "model": Loaded(400, 180, 0.8)}
    verdict = verdict_from(Run(arms=THREE_ARMS, cpu="lambda", resources=resources).lines())
    exporter = verdict.results.resources[0]
    assert (exporter.advice, exporter.shares_imports) == ("make lazy", True)
    assert exporter.sure_saving_ms is not None
    assert exporter.sure_saving_ms.low is not None
    said = re.search(
        r"lazy saves (\d+) % of its load or more \(95 %\)", tables_of(verdict)["advice"].rows[0][-1]
    )
    assert said is not None
    # 60 of 200 ms are sure, whatever the environments touch.
    assert int(said[1]) <= 30
    assert int(said[1]) == pytest.approx(100 * exporter.sure_saving_ms.low / 200, abs=2)


def test_break_even_without_an_end_says_so() -> None:
    run = Run(arms={"init": 40}, resources={"thing": Loaded(200, 50, 0.0)}, cpu="lambda")
    found = verdict_from(run.lines()).results.resources[0]
    open_end = replace(found, break_even=Estimate(4092.0, 1423.0, None, 0.95))
    assert "more than about 1,400 requests, if ever" in _until(open_end)
    known = replace(found, break_even=Estimate(4092.0, 1423.0, 34_681.0, 0.95))
    assert "more than about 1,400 to 35,000 requests" in _until(known)
