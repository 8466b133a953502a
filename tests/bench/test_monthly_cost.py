import json
from pathlib import Path

import pytest

from bench.monthly_cost import PRICES, Service, break_even, concurrency, main, month, read, tiered
from tests.docs.documents import text


def test_document_has_what_is_computed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert capsys.readouterr().out in text("operate")


def test_month_is_the_sum_of_what_is_bought() -> None:
    """One request per second for 30 days, with prices that can be added up by hand."""
    prices = {
        **dict.fromkeys(("request", "gb_second", "read_unit", "write_unit", "egress_gb"), 1.0),
        **dict.fromkeys(("logs_stored_gb_month", "metric", "alarm_metric", "dashboard"), 1.0),
        **dict.fromkeys(("table_gb_month", "backup_gb_month"), 0.5),
        "http_api": [[1000, 1.0], [None, 0.5]],
        "logs_gb": [[1, 1.0], [None, 0.5]],
    }
    of = Service(request_s=0.5, cold_share=0.01, init_s=10, log_compression=0.5, response_kb=1, item_kb=2)
    requests = 30 * 24 * 3600
    assert month(1, prices, of) == {
        "Lambda, requests": requests,
        "Lambda, time and INIT": pytest.approx(0.6 * requests),
        "HTTP API": pytest.approx(1000 + (requests - 1000) / 2),
        "Logs, ingested": pytest.approx(1 + (2.592 - 1) / 2),
        "Logs, stored 30 days": pytest.approx(2.592 / 2),
        "Metrics, alarms, dashboard": 13 + 10 + 1,
        "DynamoDB, reads and writes": pytest.approx(requests),
        "DynamoDB, a month's tickets and their backup": pytest.approx(2.592 * 0.6 * 2),
        "To the internet": pytest.approx(2.592),
    }


@pytest.mark.parametrize(("amount", "cost"), [(0, 0), (5, 10), (10, 20), (15, 25), (40, 42)])
def test_tiers_hold_for_what_is_within_them(amount: float, cost: float) -> None:
    assert tiered(amount, [(10, 2), (20, 1), (None, 0.6)]) == pytest.approx(cost)


def test_concurrency_is_bounded_by_ten_requests_a_second() -> None:
    assert concurrency(1000) == 100  # 20 by the time that requests take
    assert concurrency(1000, Service(request_s=0.5)) == 500
    assert concurrency(0.1) == 1


@pytest.mark.parametrize("architecture", ["arm64", "x86_64"])
@pytest.mark.parametrize(("region", "share"), [("us-east-1", 0.6), ("eu-west-1", 0.8)])
def test_share_from_which_provisioned_is_cheaper(region: str, share: float, architecture: str) -> None:
    prices = read(PRICES / f"{region}.json")[architecture]
    assert break_even(prices) == pytest.approx(share, abs=0.005)
    assert f"{100 * share:.0f} %" in text("operate")


def test_other_prices_come_from_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    prices = {**read(PRICES / "eu-west-1.json"), "region": "nowhere-1", "request": 1.0}
    file = tmp_path / "prices.json"
    file.write_text(json.dumps(prices), encoding="utf-8")
    assert main(["--prices", str(file)]) == 0
    printed = capsys.readouterr().out
    assert "| | 1/s, nowhere-1 | 30/s, nowhere-1 | 1,000/s, nowhere-1 |" in printed
    assert "| Lambda, requests | $2,592,000.00 |" in printed
