import re

import pytest

from telemetry.report.show.charts import answer_charts, configuration_chart, size_charts, time_charts
from telemetry.report.show.charts.drawing import Figure
from telemetry.report.show.page import CHARTS
from tests.telemetry.report.estimate.configurations.planted import Part, Planted
from tests.telemetry.report.estimate.configurations.planted import drawn as drawn_ms
from tests.telemetry.report.estimate.startup.test_repeatable import environments, run
from tests.telemetry.report.log_streams import results_in
from tests.telemetry.report.reported import results_from
from tests.telemetry.report.simulation import HALVES, Run

THREE_ARMS = {"init": 25, "first_invocation": 25, "every_invocation": 25}
LAZY = {"init": 30, "first_invocation": 30}


def drawn(figure: Figure | None) -> Figure:
    assert figure is not None
    return figure


def test_nothing_recorded_is_not_drawn() -> None:
    nothing = results_from(line for line in Run(lab=False).lines() if '"record":"end"' in line)
    assert [draw(nothing) for draw in CHARTS] == [None] * len(CHARTS)


def test_equal_numbers_of_requests_need_no_chart() -> None:
    assert size_charts.invocations(results_from(Run().lines())) is None
    assert size_charts.invocations(results_from(Run(unequal=True).lines())) is not None


def test_chart_says_what_it_shows_in_text() -> None:
    results = results_from(Run(arms=THREE_ARMS).lines())
    differences, startup = answer_charts.differences(results), time_charts.startup(results)
    assert ">stock Mangum</text>" in drawn(differences).svg
    assert ">exporter</text>" in drawn(startup).svg
    assert 'fill="currentColor"' in drawn(differences).svg


@pytest.mark.parametrize("arms", [{"init": 25}, THREE_ARMS])
def test_arm_keeps_its_colour(arms: dict[str, int]) -> None:
    figure = drawn(time_charts.distribution(results_from(Run(arms=arms).lines())))
    colours = {"init": "#2a8f84", "first_invocation": "#b7791f", "every_invocation": "#cf4a5c"}
    assert [arm for arm, colour in colours.items() if colour in figure.svg] == list(arms)


def test_every_chart_has_its_numbers_in_words() -> None:
    one = results_from(Run(arms=THREE_ARMS, unequal=True).lines())
    ms = drawn_ms(51, 40, 60, 10.0)
    many = Planted((Part(512, 3 * ms), Part(1024, ms))).results(cold_share=0.0)
    figures = [drawn(draw(many if draw is configuration_chart.frontier else one)) for draw in CHARTS]
    assert all(re.search(r"\d", figure.described) for figure in figures)
    assert all(figure.title.endswith("?") for figure in figures)


def test_differences_are_those_of_the_comparisons() -> None:
    results = results_from(Run(arms=THREE_ARMS).lines())
    described = drawn(answer_charts.differences(results)).described
    stock = next(one for one in results.comparisons if one.estimand == "first_request_ms")
    assert (
        f"first request of an environment, against stock Mangum: {stock.difference_ms:.0f} ms [" in described
    )


def test_time_goes_to_parts_of_init_where_they_are_known() -> None:
    described = drawn(time_charts.time_split(results_from(Run(arms=LAZY).lines()))).described
    parts = [part.split(":")[0] for part in described.split("; ")]
    assert parts == [
        "lifespan kept, runtime and imports",
        "lifespan kept, startup",
        "lifespan kept, rest of INIT",
        "lifespan kept, first request",
        "lazy singleton, runtime and imports",
        "lazy singleton, first request",
        "lifespan kept, warm request",
        "lazy singleton, warm request",
    ]


def test_narrowing_says_how_its_intervals_may_be_read() -> None:
    declared = results_from(Run(arms=LAZY, lab=False, experiment=HALVES, planned=30).lines())
    assert "Each interval is of one look" in drawn(answer_charts.narrowing(declared)).caption
    open_ended = results_from(Run(arms=LAZY, lab=False, experiment=HALVES).lines())
    assert "holds the truth at all looks at once" in drawn(answer_charts.narrowing(open_ended)).caption


def test_what_cannot_be_served_is_no_difference_in_a_chart() -> None:
    streams = [*run(falls_back=25), *environments("first_invocation", 25, 3, 0)]
    described = drawn(answer_charts.differences(results_in(streams))).described
    assert "lazy singleton" in described
    assert "stock Mangum" not in described


def test_startup_without_a_repeat_has_no_legend_of_one_and_no_colour_of_an_arm() -> None:
    once = drawn(time_charts.startup(results_from(Run(arms={"init": 12}).lines())))
    assert once.title == "What does a startup cost?"
    assert ">repeat<" not in once.svg
    both = drawn(time_charts.startup(results_from(Run(arms={"init": 12, "every_invocation": 12}).lines())))
    assert ">repeat<" in both.svg
    assert not re.search(r"--(teal|amber|rose)", both.svg)


def test_counts_of_requests_are_whole_numbers() -> None:
    run = Run(arms={"init": 12, "every_invocation": 12}, invocations=120)
    labels = re.findall(r">([\d.,k]+)</text>", drawn(size_charts.starts(results_from(run.lines()))).svg)
    assert "1,000" in labels
    assert not [label for label in labels if "k" in label or "." in label]
