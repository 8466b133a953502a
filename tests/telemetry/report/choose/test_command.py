"""`python -m telemetry choose`, as its users see it."""

import json
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # it has no stubs in the lock
import pytest

from bench.choose_fleets import Policy, Shape
from telemetry.__main__ import main as front_door
from telemetry.report.choose.__main__ import main
from tests.telemetry.report.choose.fleet import QUIET, SHUFFLED, log
from tests.telemetry.test_price_list import aws_list, product, term

ROOT = Path(__file__).parents[4]
LAB = ROOT / "tests" / "telemetry" / "report" / "kept" / "lab.jsonl"
SCHEMA = json.loads((ROOT / "telemetry" / "report" / "choose" / "choose.schema.json").read_text())
IRELAND = aws_list({
    usage: (product(f"EU-{usage}-ARM", "eu-west-1"), term(("0", price)))
    for usage, price in (
        ("Request", "2e-7"), ("Lambda-GB-Second", "1.3e-5"),
        ("Lambda-Provisioned-Concurrency", "4e-6"), ("Lambda-Provisioned-GB-Second", "9e-6"),
    )
})  # fmt: skip
"""Made-up prices, laid out as AWS lays them out."""
CROWDS = Shape(rate=0.04, swing=0.9, bursts_per_day=8, service=4.0)


def chosen(tmp_path: Path, *arguments: str) -> dict[str, Any]:
    path = tmp_path / "choose.json"
    assert main([*arguments, "--json", str(path)]) == 0
    found: dict[str, Any] = json.loads(path.read_text())
    jsonschema.validate(found, SCHEMA)
    return found


def names(found: dict[str, Any]) -> list[str]:
    return [option["name"] for option in found["options"]]


def test_recorded_traffic_gets_a_recommendation_with_intervals(
    tmp_path: Path, traffic: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "choose.html"
    found = chosen(tmp_path, str(traffic), "--html", str(page))
    assert found["recommended"] in names(found)
    assert found["back_test"]["refused"] is False
    assert found["pool"]["idle_s"] == pytest.approx(600, rel=0.05)
    base = found["options"][0]
    assert (base["name"], base["source"]) == ("on demand, init", "this traffic")
    for key in ("cold_share", "p50_ms", "p95_ms", "p99_ms", "dollars_per_month"):
        assert base[key]["low"] <= base[key]["value"] <= base[key]["high"]
    shown = capsys.readouterr().out
    assert shown.startswith(("Switch on: ", "Keep: "))
    assert "Tried on the later half of the recording" in " ".join(shown.split())
    assert "<svg" in page.read_text()


def test_what_nothing_tells_about_is_listed_with_the_command_that_measures_it(
    tmp_path: Path, traffic: Path
) -> None:
    found = chosen(tmp_path, str(traffic))
    commands = {one["name"]: one["command"] for one in found["unmeasured"]}
    assert "on demand, lazy" in commands
    assert "python -m telemetry.lab" in commands["on demand, lazy"]
    assert "--init-type on-demand snap-start" in commands["SnapStart"]
    assert not set(commands) & set(names(found))


def test_of_a_lab_run_ratios_alone_are_taken(tmp_path: Path, traffic: Path) -> None:
    alone = chosen(tmp_path, str(traffic))
    found = chosen(tmp_path, str(traffic), "--times", str(LAB))
    by_name = {option["name"]: option for option in found["options"]}
    assert by_name["on demand, lazy"]["source"] == "a lab run"
    assert by_name["on demand, init"]["p50_ms"] == alone["options"][0]["p50_ms"]
    assert by_name["on demand, lazy"]["p50_ms"]["value"] > 50
    each, base = by_name["on demand, every invocation"], by_name["on demand, init"]
    assert each["p50_ms"]["value"] > 2 * base["p50_ms"]["value"]  # so that more requests run at once
    assert each["cold_share"]["value"] > 1.1 * base["cold_share"]["value"]


def test_without_traffic_a_lab_run_tells_no_ms_and_no_dollars(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = chosen(tmp_path, "--arrivals", "poisson:60/h", "--times", str(LAB))
    assert found["relative_to"] == "on demand, init"
    assert found["pool"]["source"] == "published"
    base = found["options"][0]
    assert base["p99_ms"] is None
    assert base["dollars_per_month"] is None
    assert base["ratios"]["p99"] == {"value": 1, "low": 1, "high": 1}
    assert len(set(found["needed_by_hour_of_week"])) == 1  # else it would be chance
    assert not any("by hour" in name for name in names(found))
    assert "as published for AWS Lambda of about 2020" in " ".join(capsys.readouterr().out.split())


def test_provisioned_environments_lower_the_cold_share_and_cost_more(tmp_path: Path, traffic: Path) -> None:
    found = chosen(tmp_path, str(traffic))
    by_name = {option["name"]: option for option in found["options"]}
    one = by_name["provisioned 1"]
    assert one["cold_share"]["value"] < by_name["on demand, init"]["cold_share"]["value"]
    assert one["dollars_per_month"]["value"] > 10


@pytest.mark.slow
def test_a_limit_that_nothing_keeps_has_no_recommendation(tmp_path: Path, traffic: Path) -> None:
    found = chosen(tmp_path, str(traffic), "--p99-under", "1")
    assert found["recommended"] is None
    assert "no option surely keeps p99 under 1 ms" in found["reason"]
    found = chosen(tmp_path, str(traffic), "--under", "0.001")
    assert "no option surely costs less than $0.001" in found["reason"]


def test_what_is_preferred_decides(tmp_path: Path, traffic: Path) -> None:
    cheap = chosen(tmp_path, str(traffic), "--prefer", "cost")
    fast = chosen(tmp_path, str(traffic), "--prefer", "p99")
    assert cheap["recommended"] == "on demand, init"
    assert fast["recommended"].startswith("provisioned")
    assert cheap["would_change"]


def test_scaled_traffic_is_extrapolated_and_has_no_interval(tmp_path: Path, traffic: Path) -> None:
    found = chosen(tmp_path, str(traffic), "--scale", "3")
    assert found["traffic"]["per_second"] == pytest.approx(0.06, rel=0.2)
    assert found["options"][0]["p99_ms"]["low"] is None
    assert found["notes"][0].startswith("extrapolated")


@pytest.mark.slow
def test_a_platform_that_the_model_does_not_know_is_refused_with_the_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "shuffled.jsonl"
    path.write_text(log(14, SHUFFLED, CROWDS))
    found = chosen(tmp_path, str(path))
    assert found["options"] == []
    assert found["recommended"] is None
    assert found["back_test"]["refused"] is True
    assert "cannot tell" in capsys.readouterr().out


def test_a_short_recording_is_refused_until_a_pool_is_named(tmp_path: Path) -> None:
    path = tmp_path / "day.jsonl"
    path.write_text(log(1, Policy("fixed", lambda _random: 660.0), QUIET))
    assert "20 are needed" in chosen(tmp_path, str(path))["reason"]
    found = chosen(tmp_path, str(path), "--pool", "published")
    assert found["pool"]["source"] == "published"


def test_what_runs_now_is_kept_and_what_does_not_is_switched_on(
    tmp_path: Path, traffic: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chosen(tmp_path, str(traffic), "--prefer", "cost")
    assert capsys.readouterr().out.startswith("Keep: on demand, init. ")
    chosen(tmp_path, str(traffic), "--prefer", "p99")
    assert capsys.readouterr().out.startswith("Switch on: provisioned ")


def test_a_table_of_eighty_columns_shows_every_number_whole(
    tmp_path: Path, traffic: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    found = chosen(tmp_path, str(traffic))
    shown = capsys.readouterr().out
    for option in found["options"]:
        bill = option["dollars_per_month"]
        assert f"{bill['low']:,.2f}-{bill['high']:,.2f}" in shown


def test_json_alone_goes_to_standard_output(traffic: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(traffic), "--json", "-"]) == 0
    jsonschema.validate(json.loads(capsys.readouterr().out), SCHEMA)


def test_the_front_door_leads_here(traffic: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert front_door(["choose", str(traffic), "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["options"]


def test_a_lab_run_ranks_the_lazy_set_that_its_advice_names_and_tells_a_break_even_without_ms(
    tmp_path: Path,
) -> None:
    found = chosen(tmp_path, "--arrivals", "poisson:60/h", "--times", str(LAB))
    assert "more than 60 % of the time" in found["break_even"]
    assert all(one["source"] == "a lab run" for one in found["options"])


def test_options_without_a_price_are_named_with_where_aws_publishes_it(
    tmp_path: Path, traffic: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    where = {"region": "eu-north-1", "architecture": "arm64"}
    known = tmp_path / "known.json"
    known.write_text(json.dumps([{"date": "2026-10-01", **where, "request": 2e-7, "gb_second": 1.33334e-5}]))
    options = ("--region", where["region"], "--architecture", where["architecture"], "--prices", str(known))
    assert main([str(traffic), *options]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "Not ranked, for what they cost in eu-north-1, arm64 is not known here: provisioned 1" in shown
    assert "/AWSLambda/current/eu-north-1/index.json`, then --prices prices.json" in shown
    assert shown.startswith("Keep: on demand, init.")


def test_aws_s_own_list_gives_them_a_price(tmp_path: Path, traffic: Path) -> None:
    path = tmp_path / "prices.json"
    path.write_text(json.dumps(IRELAND))
    found = chosen(
        tmp_path, str(traffic), "--region", "eu-west-1", "--architecture", "arm64", "--prices", str(path)
    )
    assert all(option["dollars_per_month"] for option in found["options"])
    assert found["prices"]["date"] == "2026-10-01"


@pytest.mark.slow
def test_files_do_not_tell_whose_prices_they_are_which_is_said(tmp_path: Path, traffic: Path) -> None:
    assert (
        "those of us-east-1, x86_64 (records do not tell it)" in chosen(tmp_path, str(traffic))["notes"][-1]
    )
    named = ("--region", "us-east-1", "--architecture", "x86_64")
    assert not any("prices" in note for note in chosen(tmp_path, str(traffic), *named)["notes"])


def test_environments_that_are_picked_in_another_way_than_the_model_has_it_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "shuffled.jsonl"
    path.write_text(log(4, SHUFFLED, QUIET))
    found = chosen(tmp_path, str(path), "--pool", "published")
    picks = f"{found['pool']['newest_picked']:,} of {found['pool']['picks']:,} choices"
    assert f"newest first, although only {picks} were so" in " ".join(capsys.readouterr().out.split())


@pytest.mark.slow
def test_options_with_one_p99_are_drawn_on_one_line(
    traffic: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(traffic), "--arrivals", "poisson:2/s"]) == 0
    shown = capsys.readouterr().out.splitlines()
    heading = next(number for number, line in enumerate(shown) if line.startswith("p99 in ms: "))
    assert shown[heading].endswith(", alike for all")
    assert shown[heading + 2].startswith("+-")
