"""Two runs on the terminal."""

import json
from pathlib import Path

import pytest

from telemetry.report.__main__ import main
from tests.telemetry.report.schemas import COMPARE, faults

KEPT = Path(__file__).parents[1] / "kept"


def test_no_experiment_is_said_and_nothing_decided(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", str(KEPT / "lab.jsonl"), str(KEPT / "lab.jsonl")]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "No experiment: whatever else changed between the two runs is in these numbers too." in said
    assert "no difference seen" in said
    assert "decides" not in said


def test_other_machines_are_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", str(KEPT / "lab.jsonl"), str(KEPT / "lambda.jsonl")]) == 0
    assert "The machines differ" in capsys.readouterr().out


def exported(path: Path, ms: float, *, streams: int) -> str:
    """Write the platform's lines of some log streams, as `aws logs filter-log-events` does."""
    events = []
    for stream in range(streams):
        for n in range(4):
            init = f"Init Duration: {600 + stream:.2f} ms\t" if n == 0 else ""
            text = (
                f"REPORT RequestId: {stream:08x}-{n}\tDuration: {ms + stream % 5 + n:.2f} ms\t"
                f"Billed Duration: {ms + 10:.0f} ms\tMemory Size: 512 MB\tMax Memory Used: 130 MB\t{init}\n"
            )
            events.append(
                {
                    "logStreamName": f"2026/11/24/[$LATEST]{stream:032x}",
                    "timestamp": 1_790_000_000_000,
                    "message": text,
                    "ingestionTime": 1_790_000_000_001,
                    "eventId": f"{stream}-{n}",
                }
            )
    path.write_text(json.dumps({"events": events}), encoding="utf-8")
    return str(path)


def test_before_and_after_by_the_platforms_lines_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = exported(tmp_path / "before.json", 300.0, streams=20)
    after, out = exported(tmp_path / "after.json", 100.0, streams=20), tmp_path / "compare.json"
    assert main(["compare", before, after, "--json", str(out)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "No experiment" in said
    assert "By the platform's lines alone, in both" in said
    found = json.loads(out.read_text(encoding="utf-8"))
    assert faults(found, COMPARE) == []
    assert found["by"] == "platform lines"
    changes = {one["what"]: one for one in found["changes"]}
    assert list(changes) == ["request", "request, without INIT", "billed", "INIT"]
    request, init = changes["request"], changes["INIT"]
    assert request["difference"]["value"] == pytest.approx(-200)
    assert request["before"]["value"] == pytest.approx(300 + 2 + 1.5 + (600 + 9.5) / 4)
    assert request["difference"]["low"] < -200 < request["difference"]["high"]
    assert (request["finding"], init["finding"]) == ("faster", "no difference seen")


def test_v1_time_outs_are_said_by_the_platforms_lines_and_by_records(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = exported(tmp_path / "before.json", 300.0, streams=20)
    after = tmp_path / "after.json"
    document = json.loads(Path(before).read_text())
    for event in document["events"][:3]:
        event["message"] = event["message"].rstrip("\n") + "Status: timeout\n"
    after.write_text(json.dumps(document), encoding="utf-8")
    assert main(["compare", before, str(after)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "Failed requests: all 0 of 80 before, 3 of 80 after. They are in the means" in said
    lines = (KEPT / "lambda.jsonl").read_text().splitlines()
    lost = next(line for line in lines if '"platform.report"' in line and "initDuration" not in line)
    unknown = lost.replace('"requestId":"', '"requestId":"x').replace('"success"', '"timeout"')
    timed_out = tmp_path / "timed_out.jsonl"
    timed_out.write_text("\n".join([*lines, unknown]) + "\n", encoding="utf-8")
    assert main(["compare", str(KEPT / "lambda.jsonl"), str(timed_out), "--json", str(tmp_path / "j")]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "In no figure, as nothing tells whose they are: 0 requests before, 1 after." in said
    found = json.loads((tmp_path / "j").read_text())
    assert faults(found, COMPARE) == []
    assert found["not_in_figures"] == {"before": 0, "after": 1}


def test_a_log_without_streams_has_no_interval(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [line for line in (KEPT / "lambda.jsonl").read_text().splitlines() if '"platform.report"' in line]
    bare = tmp_path / "bare.jsonl"
    bare.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert main(["compare", str(bare), str(KEPT / "lambda.jsonl"), "--json", "-"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {one["finding"] for one in found["changes"]} == {"cannot tell"}
    assert {one["difference"]["value"] for one in found["changes"]} == {0}


def test_a_log_without_anything_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    empty = tmp_path / "empty.jsonl"
    empty.write_text("nothing\n", encoding="utf-8")
    assert main(["compare", str(empty), str(KEPT / "lambda.jsonl")]) == 2
    assert "no records in" in capsys.readouterr().err
