"""The picture on a terminal."""

from telemetry.report.choose.show.plot import plot
from telemetry.report.choose.show.wording import units
from tests.telemetry.report.choose.outcomes import choice_of, outcome

MS = ("dollars a month", "p99 in ms")


def rows(lines: list[str]) -> dict[str, int]:
    """Return the line of each letter."""
    return {
        letter: number
        for number, line in enumerate(lines[1:-3])
        for letter in line[1:].replace(" ", "")
    }  # fmt: skip


def test_options_beside_a_far_one_are_told_apart_and_the_break_is_stated() -> None:
    options = [
        outcome("init", 2.0, 399), outcome("provisioned 1", 12.0, 390), outcome("provisioned 2", 23.0, 380),
        outcome("every invocation", 2.6, 9100),
    ]  # fmt: skip
    lines = list(plot(options, *MS))
    assert lines[0] == "p99 in ms (logarithmic, without 399 to 9,100): 9,100 at the top, 380 at the bottom"
    assert any(line.startswith("~ ") for line in lines)
    assert len(set(rows(lines).values())) == 4


def test_options_at_one_place_are_all_drawn() -> None:
    options = [outcome(name, 2.0 + number / 1000, 400) for number, name in enumerate(("one", "two", "three"))]
    drawn = rows(list(plot([*options, outcome("four", 900.0, 4.0)], *MS)))
    assert set(drawn) == {"A", "b", "c", "D"}


def test_ratios_are_not_called_dollars_a_month() -> None:
    ratios = choice_of([outcome("one", 1.0, 1.0)], relative_to="one")
    lines = list(plot([outcome("one", 1.0, 1.0), outcome("two", 180.0, 0.01)], *units(ratios)))
    assert lines[0].startswith('p99, times "one" (logarithmic): 1 at the top')
    assert any(line.startswith('dollars, times "one" (logarithmic)') for line in lines)
