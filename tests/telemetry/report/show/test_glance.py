"""The first screen: what a reader decides by, in tables small enough for a phone."""

import pytest

from telemetry.report.show.glance import glance
from telemetry.report.show.section import TableSection
from telemetry.report.show.verdict import Verdict
from tests.telemetry.report.reported import tables_of, verdict_from
from tests.telemetry.report.simulation import Loaded, Run

THREE_ARMS = {"init": 25, "first_invocation": 25, "every_invocation": 25}


@pytest.fixture(scope="module")
def verdict() -> Verdict:
    return verdict_from(Run(arms=THREE_ARMS).lines())


@pytest.fixture(scope="module")
def tables(verdict: Verdict) -> dict[str, TableSection]:
    return {table.name: table for table in glance(verdict)}


def test_split_saving_and_advice_are_there(tables: dict[str, TableSection]) -> None:
    assert list(tables) == ["split", "saved", "advised"]
    assert [row[0].strip() for row in tables["split"].rows] == [
        "INIT", "runtime, imports", "startup", "first, without INIT", "warm request",
    ]  # fmt: skip
    assert [row[0] for row in tables["saved"].rows] == [
        "stock Mangum, first requests",
        "lazy singleton, first requests",
        "stock Mangum, all requests",
        "lazy singleton, all requests",
    ]


def test_numbers_are_those_of_the_whole_tables(verdict: Verdict, tables: dict[str, TableSection]) -> None:
    whole = tables_of(verdict)
    every = {row[0]: row[1] for name in ("per-request", "first-requests") for row in whole[name].rows}
    for what, saved, _ in tables["saved"].rows:
        assert every[what.removesuffix(", all requests")] == saved
    advice = {row[0]: (row[1], row[4]) for row in whole["advice"].rows}
    assert {row[0]: (row[1], row[2]) for row in tables["advised"].rows} == advice


def test_what_to_change_comes_first(tables: dict[str, TableSection]) -> None:
    assert tables["advised"].rows[0][:2] == ("exporter", "make lazy")


def test_many_resources_do_not_fill_the_screen() -> None:
    many = {f"part{number}": Loaded(100, 50, 1.0) for number in range(7)}
    verdict = verdict_from(Run(arms={"init": 25}, resources=many).lines())
    found = {table.name: table for table in glance(verdict)}
    assert [row[0] for row in found["advised"].rows][-1] == "and 3 more"
    assert len(found["advised"].rows) == 5


def test_imports_that_are_most_of_init_are_said_at_once() -> None:
    little = Run(arms={"init": 25}, resources={})
    (split, *_) = glance(verdict_from(little.lines()))
    assert split.caption.startswith("Runtime and imports are 99 % of INIT, and no placement moves them")
    assert glance(verdict_from(Run(arms={"init": 25}).lines()))[0].caption == ""


def test_without_resources_the_advice_is_how_to_have_some() -> None:
    whole = glance(verdict_from(Run(arms={"init": 25}, resources={}).lines()))[-1]
    assert (whole.title, [row[0] for row in whole.rows]) == ("Advice", ["none measured"])
    assert 'preload("name")' in whole.rows[0][1]
