"""The picture of dollars against p99."""

from telemetry.report.show.charts.configuration_chart import frontier
from telemetry.report.show.page import page
from telemetry.report.show.verdict import verdict_of
from tests.telemetry.report.estimate.configurations.planted import Part, Planted, drawn

MANY = drawn(51, 40, 60, 10.0)


def test_every_configuration_is_drawn_and_described() -> None:
    found = frontier(Planted((Part(512, 3 * MANY), Part(1024, MANY))).results(cold_share=0.0))
    assert found is not None
    assert "512 MB, init: " in found.described
    assert "1024 MB, init: " in found.described
    assert found.svg.count("1024 MB, init") >= 1
    assert "Not measured on Lambda" not in found.caption


def test_page_holds_it_and_says_where_it_was_measured() -> None:
    run = Planted((Part(512, 3 * MANY), Part(1024, MANY)), where="loopback")
    text = page(verdict_of(run.results(cold_share=0.0)))
    assert "What does a faster configuration cost?" in text
    assert "Not measured on Lambda." in text


def test_nothing_is_drawn_where_p99_is_refused() -> None:
    few = drawn(52, 30, 8, 10.0)
    assert frontier(Planted((Part(512, few), Part(1024, few))).results()) is None
