"""Log streams join the platform's lines with environments, in an export as AWS's tools write it."""

import json
from pathlib import Path

import msgspec
import numpy as np
import pytest

from telemetry.report.__main__ import main
from telemetry.report.read.origin import Origin, environment_of
from telemetry.report.read.platform.events import PlatformEvent, PlatformInit, PlatformReport
from telemetry.report.read.streams import ELSEWHERE, NO_STREAM, UNKNOWN, Streams
from tests.telemetry.report.log_streams import T0, Stream

ONE, TWO = Origin("group", "one", T0), Origin("group", "two", T0)


def test_streams_are_told_apart_by_group_too() -> None:
    streams = Streams()
    assert [streams.number(origin) for origin in (ONE, TWO, Origin("other", "one"), ONE)] == [0, 1, 2, 0]
    assert streams.number(None) == streams.number(Origin("group")) == NO_STREAM


def test_stream_is_of_the_environment_whose_id_is_its_hash() -> None:
    streams = Streams()
    streams.number(ONE)
    assert streams.units({environment_of("one"): [7]}, lambda _: False).tolist() == [7]


def test_restored_environment_is_told_by_its_own_records() -> None:
    streams = Streams()
    streams.saw(ONE, "random")
    assert streams.units({"random": [3]}, lambda _: False).tolist() == [3]


@pytest.mark.parametrize(("others", "expected"), [(False, UNKNOWN), (True, ELSEWHERE)])
def test_stream_of_no_environment(*, others: bool, expected: int) -> None:
    streams = Streams()
    streams.number(ONE)
    assert streams.units({}, lambda _: others).tolist() == [expected]


def test_stream_of_two_units_is_of_none() -> None:
    streams = Streams()
    streams.number(ONE)
    assert streams.units({environment_of("one"): [3, 4]}, lambda _: False).tolist() == [UNKNOWN]


def test_cut_init_that_is_exported_twice_counts_once() -> None:
    streams = Streams()
    for _ in range(2):
        streams.enter(PlatformInit(10_000.0, phase="init", status="timeout"), ONE)
    streams.enter(PlatformInit(11_500.0, phase="invoke", status="success"), ONE)
    ms, at = streams.init_by_unit(np.asarray([0, UNKNOWN]), 2, cut_only=True)
    assert ms[0] == 10_000.0
    assert at[0] == T0
    assert np.isnan(ms[1])


def exported(*streams: Stream) -> str:
    """What `aws logs filter-log-events` prints."""
    events = [
        {"logStreamName": origin.stream, "timestamp": int(origin.at_ms or 0), "message": text(line)}
        for stream in streams
        for line, origin in stream.lines
        if origin is not None
    ]
    return json.dumps({"events": events, "searchedLogStreams": []}, indent=4)


def text(line: object) -> str:
    if isinstance(line, PlatformInit):
        return (
            f"INIT_REPORT Init Duration: {line.duration_ms:.2f} ms\tPhase: {line.phase}\tStatus: "
            f"{line.status}\n"
        )
    if isinstance(line, PlatformReport):
        tail = "" if line.init_ms is None else f"Init Duration: {line.init_ms:.2f} ms\t"
        tail += "Status: timeout" if line.status == "timeout" else ""
        return (
            f"REPORT RequestId: {line.request_id}\tDuration: {line.duration_ms:.2f} ms\tBilled Duration: "
            f"{line.billed_ms:.0f} ms\tMemory Size: 512 MB\tMax Memory Used: 130 MB\t{tail}\n"
        )
    assert not isinstance(line, PlatformEvent)
    return msgspec.json.encode(line).decode() + "\n"


def test_t8_t9_t10_export_of_an_eventful_day(tmp_path: Path) -> None:
    """A cut INIT, a time-out that killed its process, and an event that was tried again elsewhere."""
    ids = [f"00000000-0000-4000-8000-{number:012d}" for number in range(9)]
    cut = Stream("2026/11/26/[7]aa").assigned().cut_init().wait(20)
    cut.process = "p2"
    cut.wait(11_800).startup(11_500.0, reinit=True)
    cut.request(6.0, report=False, request_id=ids[0]).report(ids[0], 11_806.0)
    tried = Stream("2026/11/26/[7]bb").assigned().startup().request(5.0, request_id=ids[1])
    tried.wait(3000).report(ids[2], 3000.0, status="timeout")
    again = Stream("2026/11/26/[7]cc").assigned().startup().request(8.0, request_id=ids[2])
    path, out = tmp_path / "events.json", tmp_path / "verdict.json"
    path.write_text(exported(cut, tried, again))
    assert main([str(path), "--json", str(out)]) == 0
    verdict = json.loads(out.read_text())
    (arm,) = verdict["arms"]
    assert (arm["requests"], arm["failed_requests"], arm["environments"]) == (4, 1, 3)
    assert arm["user_visible_ms"]["value"] * 4 == pytest.approx(21_806 + 1005 + 3000 + 1008)
    assert [(found["timed_out"], found["in_figures"]) for found in verdict["unrecorded"]] == [(1, True)]
    assert [found["cut"] for found in verdict["init_waits"]] == [1]
