"""Tables of configurations, and of another run beside."""

from telemetry.report.show.section import TableSection
from telemetry.report.show.verdict import verdict_of
from tests.telemetry.report.estimate.configurations.planted import Part, Planted, drawn
from tests.telemetry.report.reported import evidence_from, tables_of

MANY, FEW = drawn(41, 40, 60, 10.0), drawn(42, 30, 8, 10.0)


def tables(run: Planted, **wished: object) -> dict[str, TableSection]:
    return tables_of(verdict_of(run.results(**wished)))


def test_rows_mark_the_frontier_and_hold_intervals() -> None:
    found = tables(Planted((Part(512, 3 * MANY), Part(1024, MANY))), cold_share=0.0)["configurations"]
    assert [row[0] for row in found.rows] == ["512 MB, init", "1024 MB, init *"]
    assert all("[" in cell for cell in found.rows[0][2:])
    assert "*: nothing is both cheaper and lower in p99." in found.caption
    assert "Prices of us-east-1, x86_64, " in found.caption
    assert found.title == "By configuration: mean [95 %, all intervals at once]"


def test_small_samples_say_that_p99_is_refused() -> None:
    found = tables(Planted((Part(512, FEW), Part(1024, FEW))))["configurations"]
    assert all(row[-1].endswith(" (too few)") for row in found.rows)
    assert "To tell p99 here takes more than " in found.caption
    assert "1 request in 8 is the first of its environment, as this run sent them" in found.caption


def test_what_was_not_on_lambda_is_not_called_so() -> None:
    for where in ("loopback", "lab"):
        found = tables(Planted((Part(512, FEW), Part(1024, FEW)), where=where))["configurations"]
        assert found.title.endswith(", not on Lambda")
        assert "what Lambda would bill for as many ms" in found.caption


def test_failures_and_missing_configurations_are_in_the_caption() -> None:
    told = {"memory_mb": [512, 1024, 2048], "init_type": "on-demand"}
    found = tables(Planted((Part(512, FEW), Part(1024, FEW, failed=True)), told=told))["configurations"]
    assert "1024 MB, init: 240 of 240 requests failed." in found.caption
    assert "2048 MB, init: nothing measured." in found.caption
    assert found.rows[-1] == ("2048 MB, init", "0", "-", "-", "-", "-", "-")


def test_what_is_billed_while_it_is_kept_is_said() -> None:
    found = tables(Planted((Part(512, FEW), Part(512, FEW, init_type="snap-start"))))["configurations"]
    assert (
        "(a month: 512 MB, init, snap-start $1.98): `choose` adds that up for your traffic." in found.caption
    )


def test_another_run_stands_beside_with_the_ratio() -> None:
    lab = Planted((Part(512, 2 * FEW), Part(2048, FEW)), where="lab")
    found = tables(Planted((Part(512, FEW), Part(1024, FEW))), beside=evidence_from(lab.lines()))["beside"]
    assert found.title == "Beside this machine: ms, mean [95 %, all intervals at once]"
    assert [row[0] for row in found.rows] == ["512 MB, init"]
    assert found.rows[0][-1] == "2.0"
    assert "beside" not in tables(Planted((Part(512, FEW), Part(1024, FEW))))
