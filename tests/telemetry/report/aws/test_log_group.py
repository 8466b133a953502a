import gzip
import io
import json
from collections.abc import Callable, Generator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import botocore.endpoint
import pytest

from telemetry.report.__main__ import main
from telemetry.report.aws.cache import Cache
from telemetry.report.aws.log_group import log_group_lines
from telemetry.report.aws.period import period
from telemetry.report.read.lines import lines_from
from telemetry.report.read.origin import Message, environment_of
from tests.telemetry.report.aws.conftest import GROUP, put
from tests.telemetry.report.simulation import Run

RUN = Run(lab=False)


def report(tmp_path: Path, *arguments: str) -> dict[str, Any]:
    path = tmp_path / "verdict.json"
    code = main([*arguments, "--cache", str(tmp_path / "cache"), "--json", str(path)])
    assert code == 0
    verdict: dict[str, Any] = json.loads(path.read_text())
    return verdict


@pytest.mark.parametrize("text_reports", [False, True])
def test_group_tells_what_a_file_does(logs: Any, tmp_path: Path, text_reports: bool) -> None:  # noqa: FBT001
    lines = Run(lab=False, text_reports=text_reports).lines()
    put(logs, lines)
    path = tmp_path / "records.jsonl"
    path.write_text("".join(line + "\n" for line in lines))
    fetched, read = report(tmp_path, "--log-group", GROUP), report(tmp_path, str(path))
    assert fetched["sentence"] == read["sentence"]
    assert fetched["comparisons"] == read["comparisons"]
    assert fetched["input"]["records"] == read["input"]["records"]
    assert fetched["input"]["sources"][0].startswith(f"{GROUP}, 20")


def test_streams_and_files_are_one_input(logs: Any, tmp_path: Path) -> None:
    lines = RUN.lines()
    path = tmp_path / "more.jsonl"
    path.write_text("".join(line + "\n" for line in lines[1000:]))
    put(logs, lines[:500])
    put(logs, lines[500:1000], "two", timedelta(hours=5))
    verdict = report(tmp_path, "--log-group", GROUP, str(path))
    assert sum(verdict["input"]["records"].values()) == len(lines)


def test_other_times_stay_out(logs: Any, tmp_path: Path) -> None:
    put(logs, Run(arms={"init": 3}, lab=False).lines(), "old", timedelta(hours=30))
    put(logs, Run(arms={"init": 2}, lab=False, seed=8).lines(), "new")
    assert report(tmp_path, "--log-group", GROUP, "--since", "12h")["arms"][0]["environments"] == 2
    until = (datetime.now(UTC) - timedelta(hours=20)).isoformat()
    old = report(tmp_path, "--log-group", GROUP, "--since", "2d", "--until", until)
    assert old["arms"][0]["environments"] == 3


class Requests:
    """How often CloudWatch was asked for events; from the `limit`th time on, somebody presses Ctrl-C."""

    def __init__(self, logs: Any, limit: float = float("inf")) -> None:
        self.count, self.limit = 0, limit
        logs.meta.events.register("before-call.cloudwatch-logs.FilterLogEvents", self.asked)

    def asked(self, **_: Any) -> None:
        self.count += 1
        if self.count > self.limit:
            raise KeyboardInterrupt


def lines_of(logs: Any, folder: Path) -> Generator[Message, None, None]:
    yield from log_group_lines(logs, GROUP, period("10h", None, datetime.now(UTC)), Cache(folder, GROUP))


def test_interrupted_download_goes_on(logs: Any, tmp_path: Path) -> None:
    lines = RUN.lines()
    for number in range(4):
        part = lines[number * len(lines) // 4 : (number + 1) * len(lines) // 4]
        put(logs, part, str(number), timedelta(hours=2 * number + 1))
    stopped = Requests(logs, limit=6)
    with pytest.raises(KeyboardInterrupt):
        list(lines_of(logs, tmp_path))
    stopped.limit, stopped.count = float("inf"), 0
    found = [line.text.decode() for line in lines_of(logs, tmp_path)]
    assert sorted(found) == sorted(lines)
    assert stopped.count <= 11 - 6 + 1


def test_half_a_window_is_fetched_again(logs: Any, tmp_path: Path) -> None:
    lines = RUN.lines()
    put(logs, lines)
    with closing(lines_of(logs, tmp_path)) as reading:
        for _ in range(10):
            next(reading)
    assert sorted(line.text.decode() for line in lines_of(logs, tmp_path)) == sorted(lines)


def test_running_hour_is_never_kept(logs: Any, tmp_path: Path) -> None:
    list(lines_of(logs, tmp_path))
    put(logs, ["late"], ago=timedelta())
    assert [line.text for line in lines_of(logs, tmp_path)] == [b"late"]


def test_settled_hours_are_asked_for_once(logs: Any, tmp_path: Path) -> None:
    list(lines_of(logs, tmp_path))
    asked = Requests(logs)
    list(lines_of(logs, tmp_path))
    assert asked.count <= 2


def test_line_tells_its_stream_from_the_cache_too(logs: Any, tmp_path: Path) -> None:
    put(logs, RUN.lines()[:3], "2026/11/24/[$LATEST]abc")
    fetched, kept = list(lines_of(logs, tmp_path)), list(lines_of(logs, tmp_path))
    assert fetched == kept
    assert {line.origin.group for line in kept} == {GROUP}
    assert {line.origin.environment for line in kept} == {environment_of("2026/11/24/[$LATEST]abc")}
    assert all(line.origin.at_ms is not None for line in kept)


@pytest.mark.parametrize(
    "damage", [lambda whole: whole[:-30], lambda whole: b"\0" * len(whole), lambda _: b""]
)
def test_t17_damaged_hour_is_fetched_again(
    logs: Any, tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    lines = RUN.lines()
    put(logs, lines)
    list(lines_of(logs, tmp_path))
    for path in tmp_path.rglob("*.jsonl.gz"):
        path.write_bytes(damage(path.read_bytes()))
    assert sorted(line.text.decode() for line in lines_of(logs, tmp_path)) == sorted(lines)


def test_hour_that_an_earlier_version_kept_is_read(logs: Any, tmp_path: Path) -> None:
    put(logs, RUN.lines())
    list(lines_of(logs, tmp_path))
    for path in tmp_path.rglob("*.jsonl.gz"):
        messages = [
            line.text + b"\n"
            for line in lines_from(io.BytesIO(path.read_bytes()))
            if isinstance(line, Message)
        ]
        path.write_bytes(gzip.compress(b"".join(messages)))
    assert sorted(line.text.decode() for line in lines_of(logs, tmp_path)) == sorted(RUN.lines())


def test_pages_are_followed(logs: Any, tmp_path: Path) -> None:
    lines = [f"line {number}" for number in range(10_500)]
    put(logs, lines)
    assert sum(1 for _ in lines_of(logs, tmp_path)) == len(lines)


def test_missing_group_is_named(logs: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--log-group", "/aws/lambda/tick", "--cache", str(tmp_path)]) == 2
    assert (
        "log group /aws/lambda/tick: there is no log group of that name in eu-west-1"
        in capsys.readouterr().err
    )


def test_interrupt_says_how_to_go_on(
    logs: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(botocore.endpoint.Endpoint, "make_request", stop)
    assert main(["--log-group", GROUP, "--cache", str(tmp_path)]) == 130
    assert "Run it again" in capsys.readouterr().err
