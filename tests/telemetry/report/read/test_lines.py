"""Files, folders and standard input, in every shape that tools write, by content and not by name."""

import gzip
import io
import os
from pathlib import Path

import pytest

from telemetry.report.__main__ import main
from telemetry.report.read.evidence import evidence_of
from telemetry.report.read.lines import Source, lines_from, lines_of, source_of
from telemetry.report.read.origin import Message, environment_of
from tests.telemetry.report.command import refused
from tests.telemetry.report.read.shapes.exported import JSON_ONLY, SHAPES, STREAM, bare
from tests.telemetry.report.simulation import Run

TEXT = Run().text()
LINES = Run(arms={"init": 3, "every_invocation": 3}, lab=False).lines()
REPORTS = Run(arms={"init": 3, "every_invocation": 3}, lab=False, text_reports=True).lines()


@pytest.mark.parametrize(
    ("shape", "lines"),
    [
        *[pytest.param(shape, LINES, id=shape) for shape in SHAPES],
        *[pytest.param(shape, REPORTS, id=f"{shape}-text") for shape in SHAPES if shape not in JSON_ONLY],
    ],
)
def test_t14_every_shape_gives_every_record(shape: str, lines: list[str]) -> None:
    evidence = evidence_of([Source("file", lines_from(io.BytesIO(SHAPES[shape](lines))))])
    expected = evidence_of([Source("file", [list(map(str.encode, lines))])])
    assert sorted(evidence.read.records.items()) == sorted(expected.read.records.items())
    assert evidence.read.malformed == {}
    assert evidence.totals.sums.user.sum() == pytest.approx(expected.totals.sums.user.sum(), rel=1e-12)


@pytest.mark.parametrize(
    "shape",
    [
        "filtered", "each_event", "tailed", "sam", "firehose", "firehose_gzipped", "lambda_event",
        "insights_json", "insights_csv", "events_as_text",
    ],
)  # fmt: skip
def test_export_tells_the_log_stream(shape: str) -> None:
    found = [line for line in lines_from(io.BytesIO(SHAPES[shape](LINES))) if isinstance(line, Message)]
    assert {message.origin.environment for message in found} == {environment_of(STREAM)}


def test_export_tells_the_time() -> None:
    for shape in ("filtered", "tailed", "sam", "to_s3", "insights_json"):
        found = list(lines_from(io.BytesIO(SHAPES[shape](LINES))))
        times = [line.origin.at_ms for line in found if isinstance(line, Message)]
        assert times[:2] == [pytest.approx(1_760_000_000_123 + n, abs=1) for n in (0, 1)], shape


def test_t14_folder_is_read_in_order_of_names(tmp_path: Path) -> None:
    folder = tmp_path / "export" / STREAM.replace("/", "-")
    folder.mkdir(parents=True)
    half = len(LINES) // 2
    (folder / "000000.gz").write_bytes(gzip.compress(bare(LINES[:half])))
    (folder / "000001.gz").write_bytes(gzip.compress(bare(LINES[half:])))
    (folder / ".DS_Store").write_bytes(b"\0\1")
    found = list(lines_of(str(tmp_path)))
    assert [line.text for line in found if isinstance(line, Message)] == [line.encode() for line in LINES]
    assert {line.origin.stream for line in found if isinstance(line, Message)} == {STREAM}


def test_t14_gzip_on_standard_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(gzip.compress(TEXT.encode()))))
    assert main(["-"]) == 0
    assert "saves" in capsys.readouterr().out


def test_missing_file_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert "nowhere.jsonl: no such file" in refused(capsys, "nowhere.jsonl")


@pytest.mark.parametrize(
    ("name", "why"), [("x" * 300, "cannot be read (File name too long)"), ("a\0b", "no file has such a name")]
)
def test_impossible_name_is_named(capsys: pytest.CaptureFixture[str], name: str, why: str) -> None:
    assert why in refused(capsys, name)


def test_empty_folder_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "no lines" in refused(capsys, str(tmp_path))


@pytest.mark.parametrize(
    "damaged",
    [
        gzip.compress(TEXT.encode())[:-100],
        gzip.compress(TEXT.encode())[:2000] + b"\0" * 100 + gzip.compress(TEXT.encode())[2100:],
        gzip.compress(TEXT.encode()) + b"no gzip",
    ],
)
def test_t17_damaged_gzip_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], damaged: bytes
) -> None:
    path = tmp_path / "records.jsonl"
    path.write_bytes(damaged)
    assert "records.jsonl is not a complete gzip file" in refused(capsys, str(path))


def test_t14_name_ending_in_gz_makes_no_gzip(tmp_path: Path) -> None:
    path = tmp_path / "records.gz"
    path.write_text(TEXT)
    assert main([str(path)]) == 0


def test_t17_name_of_odd_bytes_is_read_and_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "odd\udcff\n\x1b[31mname"
    path.write_text(TEXT)
    verdict = tmp_path / "verdict.json"
    page = tmp_path / "page.html"
    assert main([str(path), "--json", str(verdict), "--html", str(page)]) == 0
    assert source_of(str(path)).name.endswith("odd???[31mname")
    assert "\x1b[31mname" not in capsys.readouterr().out + verdict.read_text() + page.read_text()
    assert "missing?: no such file" in refused(capsys, str(tmp_path / "missing\udcff"))


def test_t14_named_file_that_gave_nothing_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)  # long names are shortened
    Path("records.jsonl").write_text(TEXT)
    Path("empty.txt").touch()
    Path("other.txt").write_text("hello\nhello\n")
    assert main(["records.jsonl", "empty.txt", "other.txt"]) == 0
    said = "".join(capsys.readouterr().out.split())
    assert "empty.txt:nolines" in said
    assert "other.txt:plaintext(2)" in said


def test_no_record_anywhere_says_so_of_each_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty.txt").touch()
    (tmp_path / "table.csv").write_text("@timestamp,@messages,@message2\n1,2,3\n")
    (tmp_path / "rows.json").write_text('{"results":[[{"field":"@timestamp","value":"1"}]]}')
    message = refused(capsys, *(str(tmp_path / name) for name in ("empty.txt", "table.csv", "rows.json")))
    assert "empty.txt: no lines" in message
    assert "rows.json: row without the column @message (1)" in message


def test_folder_is_read_past_what_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.pipe")
    (tmp_path / "b.link").symlink_to("nowhere")
    (tmp_path / "c.jsonl").write_text(TEXT)
    assert sum(len(some) for some in lines_of(str(tmp_path)) if isinstance(some, list)) == len(
        TEXT.splitlines()
    )
