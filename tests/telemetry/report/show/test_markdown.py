"""The verdict as a comment: what a reader decides by, and nothing that the records could forge."""

from telemetry.report.show.markdown import markdown
from tests.telemetry.report.reported import verdict_from
from tests.telemetry.report.simulation import Run


def test_n10_headline_brief_and_first_tables() -> None:
    lines = markdown(verdict_from(Run(arms={"init": 25, "every_invocation": 25}).lines())).splitlines()
    assert lines[0].startswith("**Against stock Mangum: keeping the lifespan saves ")
    titles = [line for line in lines if line.startswith("#### ")]
    assert [title.split(":")[0] for title in titles[:2]] == [
        "#### Where the time goes",
        "#### Saved per request by keeping the lifespan",
    ]
    rows = [line for line in lines if line.startswith("|")]
    assert rows
    assert all(row.endswith("|") for row in rows)


def test_names_are_no_markup() -> None:
    lines = [line.replace('"model"', '"<b>@all | [x](y)"') for line in Run(arms={"init": 25}).lines()]
    said = markdown(verdict_from(lines))
    assert "<b>" not in said
    assert "[x](y)" not in said
    assert "\\@all" in said


def test_words_begin_at_the_left_of_their_column() -> None:
    lines = markdown(verdict_from(Run(arms={"init": 25, "every_invocation": 25}).lines())).splitlines()
    below = {row: lines[number + 1] for number, row in enumerate(lines) if row.startswith("| against |")}
    assert below == {
        "| against | user-visible | times as long | billed | finding |": "| :-- | --: | --: | --: | :-- |"
    }


def test_command_is_code_and_a_name_cannot_end_a_cell_by_it() -> None:
    few = markdown(verdict_from(Run(arms={"init": 8, "every_invocation": 8}).lines()))
    assert "Run the lab with more: `python -m telemetry lab --environments 20`." in few
    forged = [line.replace('"model"', '"`a | @all` <b>"') for line in Run(arms={"init": 25}).lines()]
    told = markdown(verdict_from(forged))
    assert "a \\| \\@all" in told
    assert "<b>" not in told
