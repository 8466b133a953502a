import gzip
from pathlib import Path

import pytest

from tests.telemetry.report.command import refused
from tests.telemetry.report.simulation import Run

TEXT = Run().text()


def test_missing_file_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert "nowhere.jsonl: no such file" in refused(capsys, "nowhere.jsonl")


def test_impossible_name_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert "cannot be read (File name too long)" in refused(capsys, "x" * 300)


def test_directory_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "is a directory" in refused(capsys, str(tmp_path))


@pytest.mark.parametrize("content", [b"no gzip", gzip.compress(TEXT.encode())[:-100]])
def test_broken_gzip_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes) -> None:
    path = tmp_path / "records.gz"
    path.write_bytes(content)
    assert "is not a complete gzip file" in refused(capsys, str(path))
