"""What a request took: of the platform's report, or else of what the adapter measured."""

import pytest

from tests.telemetry.report.reported import results_from
from tests.telemetry.report.simulation import Run


def test_init_counts_only_on_request_path() -> None:
    cold, proactive = (
        results_from(Run(arms={"init": 25}, start=start).lines()).arms[0].user_visible_ms.value
        for start in ("cold", "proactive")
    )
    assert cold - proactive == pytest.approx((300 + 400 + 120 + 200 + 2) / 12, rel=0.1)


def test_without_platform_lines_startup_in_init_counts() -> None:
    run = Run(arms={"init": 25, "first_invocation": 25}, platform=False)
    results = results_from(run.lines())
    found = results.comparisons[0]
    assert found.finding == "no difference seen"
    assert found.mean_ms["init"] == pytest.approx((400 + 120 + 200 + 2) / 12 + 6, rel=0.1)
    assert results.arms[0].billed_ms is None
    assert not results.basis.imports_counted


def test_without_platform_lines_known_imports_count() -> None:
    results = results_from(Run(arms={"init": 25}, platform=False).lines())
    assert results.arms[0].user_visible_ms.value == pytest.approx((300 + 722) / 12 + 6, rel=0.1)
    assert results.basis.imports_counted


def test_text_and_json_reports_agree() -> None:
    as_json, as_text = results_from(Run().lines()), results_from(Run(text_reports=True).lines())
    assert as_text.comparisons[0].difference_ms == pytest.approx(
        as_json.comparisons[0].difference_ms, abs=0.01
    )
    assert as_text.input.requests_without_report == 0
