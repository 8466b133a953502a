"""What `choose` refuses, and the files that it then leaves alone."""

import json
from pathlib import Path

import pytest

from telemetry.report.choose.__main__ import main
from tests.telemetry.report.choose.fleet import FIXED, QUIET, log

LAB = Path(__file__).parents[1] / "kept" / "lab.jsonl"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "nothing to choose for"),
        (["--arrivals", "poisson:3/s"], "nothing tells how long requests take"),
        ([str(LAB)], "a lab run holds no traffic of yours"),
        (["--arrivals", "poisson:0.01/d", "--times", str(LAB)], "no request comes in 28 days"),
        (["--arrivals", "poisson:3/h", "--times", str(LAB), "--p99-under", "800"], "of a lab run neither"),
        (["--arrivals", "poisson:3/h", "--times", str(LAB), "--under", "5"], "of a lab run neither"),
        (["nowhere.jsonl"], "no such file"),
        (["--since", "1d", str(LAB)], "--since and --until are for"),
        (["--region", "mars", str(LAB)], "no prices of mars"),
        (["--json", str(LAB), str(LAB)], "that is an input too"),
        (["--json", "-", "--html", "-", "x.jsonl"], "--json and --html: standard output takes one of them"),
    ],
)
def test_what_does_not_fit_is_refused(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("pool", ["idle", "idle=x", "idle=0s", "nonsense=3", "proactive=2", "age=1"])
def test_a_pool_that_is_none_is_refused(pool: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--pool", pool, str(LAB)])
    assert "argument --pool" in capsys.readouterr().err


def test_batched_records_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "batched.jsonl"
    warm = {
        "record": "warm", "v": 1, "at": 1.79e12, "service": "tickets", "environment": "0" * 12,
        "process": "0" * 8, "placement": "init", "request_ids": ["a", "b"], "InvocationDuration": [1.0, 2.0],
    }  # fmt: skip
    path.write_text(log(1, FIXED, QUIET) + json.dumps(warm) + "\n")
    assert main([str(path)]) == 2
    assert "LIFESPAN_WRITE_EVERY" in capsys.readouterr().err


def test_a_file_of_prices_is_an_input_that_is_neither_written_over_nor_removed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prices = tmp_path / "prices.json"
    prices.write_text("[]")
    assert main(["nowhere.jsonl", "--prices", str(prices), "--json", str(prices)]) == 2
    assert "that is an input too" in capsys.readouterr().err
    assert prices.read_text() == "[]"


def test_a_choice_that_fails_leaves_no_older_one(
    traffic: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    older, page, other = (tmp_path / name for name in ("choose.json", "choose.html", "mine.json"))
    assert main([str(traffic), "--json", str(older), "--html", str(page)]) == 0
    other.write_text("{}")
    assert main(["nowhere.jsonl", "--json", str(older), "--html", str(page)]) == 2
    assert not older.exists()
    assert not page.exists()
    assert main(["nowhere.jsonl", "--json", str(other)]) == 2
    assert other.exists(), "choose has not written it"
    assert "no such file" in capsys.readouterr().err
