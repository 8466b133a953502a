"""A startup that cannot be repeated is a finding, and the first thing that is said."""

import re
from collections.abc import Iterator

from telemetry.report.show.charts import time_charts
from telemetry.report.show.glance import glance
from telemetry.report.show.page import page
from telemetry.report.show.verdict import verdict_of
from tests.telemetry.report.log_streams import Stream, results_in
from tests.telemetry.report.reported import tables_of

ONCE = "stock Mangum cannot serve this app: its startup does not repeat"


def environments(arm: str, count: int, requests: int, falls_back: int) -> Iterator[Stream]:
    """Of an arm; the second request of some cannot start up again."""
    for number in range(count):
        one = Stream(f"{arm}-{number}", arm).startup()
        for request in range(requests):
            if request == 1 and number < falls_back:
                one.record("fallback", in_force="init")
            one.wait(1).request(6.0 + number / 10)
        yield one


def run(falls_back: int, requests: int = 3) -> list[Stream]:
    return [*environments("init", 25, 3, 0), *environments("every_invocation", 25, requests, falls_back)]


def test_v14_startup_that_does_not_repeat_is_the_headline() -> None:
    results = results_in(run(falls_back=25))
    verdict = verdict_of(results)
    assert not results.startup_repeats
    assert verdict.sentence.startswith(ONCE.capitalize().replace("mangum", "Mangum"))
    assert verdict.headline[0].lower() == f"{ONCE.lower()}."
    assert "no visible difference" not in verdict.sentence
    assert [row[-1] for row in tables_of(verdict)["per-request"].rows] == ["cannot serve"]


def test_v14_nothing_else_on_the_page_says_that_it_serves() -> None:
    verdict = verdict_of(results_in(run(falls_back=25)))
    tables = tables_of(verdict)
    assert "ledger" not in tables
    assert {row[-1] for row in tables["percentiles"].rows} == {"cannot serve"}
    assert "startup + shutdown" not in [row[0] for row in tables["startup"].rows]
    assert "their later requests are not those of Mangum" in tables["time-split"].caption
    split = next(table for table in glance(verdict) if table.name == "split")
    assert split.headings == ("part", "lifespan kept")
    drawn = [figure(verdict.results) for figure in (time_charts.time_split, time_charts.distribution)]
    assert not any(figure is None or "stock Mangum" in figure.described for figure in drawn)


def test_v14_it_stands_first_beside_a_lazy_arm() -> None:
    verdict = verdict_of(results_in([*run(falls_back=25), *environments("first_invocation", 25, 3, 0)]))
    assert verdict.headline[0].lower() == f"{ONCE.lower()}."
    assert len(verdict.headline) > 1


def test_times_of_environments_that_fell_back_are_nowhere_called_stock_mangum() -> None:
    verdict = verdict_of(results_in([*run(falls_back=25), *environments("first_invocation", 25, 3, 0)]))
    tables = tables_of(verdict)
    split = [*tables["time-split"].headings, *(head for table in glance(verdict) for head in table.headings)]
    assert "lazy singleton" in split
    assert "stock Mangum" not in split
    assert [row[0] for row in tables["failures"].rows] == ["lifespan kept", "lazy singleton"]
    for name in ("per-request", "first-requests"):
        assert {cell for row in tables[name].rows if row[0].startswith("stock") for cell in row[1:]} == {
            "-", "cannot serve",
        }  # fmt: skip
        assert "stock Mangum differs" not in tables[name].caption
    for name in ("arms", "starts", "invocations"):
        assert "fell back to init (every_invocation)" in [row[0] for row in tables[name].rows]
    assert "ledger" not in tables
    assert not [note for note in verdict.notes if "with stock Mangum" in note]
    drawn = page(verdict)
    assert not re.search(r"stock Mangum, (INIT|first request|warm request): \d", drawn)


def test_startup_that_repeats_sometimes_does_repeat() -> None:
    assert results_in(run(falls_back=24)).startup_repeats


def test_environments_of_one_request_have_nothing_to_repeat() -> None:
    assert results_in(run(falls_back=0, requests=1)).startup_repeats
    alone = Stream("alone", "every_invocation").startup().wait(1).request(6.0)
    assert not results_in([*run(falls_back=25), alone]).startup_repeats
