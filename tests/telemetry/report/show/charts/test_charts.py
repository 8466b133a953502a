import pytest

from telemetry.report.show.charts import size_charts, time_charts
from telemetry.report.show.page import CHARTS
from tests.telemetry.report.reported import results_from
from tests.telemetry.report.simulation import Run

THREE_ARMS = {"init": 25, "first_invocation": 25, "every_invocation": 25}


def test_nothing_recorded_is_not_drawn() -> None:
    nothing = results_from(line for line in Run(lab=False).lines() if '"record":"end"' in line)
    assert [draw(nothing) for draw in CHARTS] == [None] * len(CHARTS)


def test_equal_numbers_of_requests_need_no_chart() -> None:
    assert size_charts.invocations(results_from(Run().lines())) is None
    assert size_charts.invocations(results_from(Run(unequal=True).lines())) is not None


def test_chart_says_what_it_shows_in_text() -> None:
    results = results_from(Run(arms=THREE_ARMS).lines())
    arms, startup = time_charts.arms(results), time_charts.startup(results)
    assert arms is not None
    assert startup is not None
    assert ">stock Mangum</tspan>" in arms.svg
    assert ">exporter</text>" in startup.svg
    assert 'fill="currentColor"' in arms.svg


@pytest.mark.parametrize("arms", [{"init": 25}, THREE_ARMS])
def test_arm_keeps_its_colour(arms: dict[str, int]) -> None:
    figure = time_charts.latency(results_from(Run(arms=arms).lines()))
    assert figure is not None
    colours = {"init": "#2a8f84", "first_invocation": "#b7791f", "every_invocation": "#cf4a5c"}
    assert [arm for arm, colour in colours.items() if colour in figure.svg] == list(arms)
