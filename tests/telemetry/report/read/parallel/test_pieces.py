"""Where a file is cut, and which files are not."""

import gzip
import io
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry.report.read.parallel import pieces
from telemetry.report.read.parallel.pieces import cut, lines_of_piece, pieces_of
from tests.telemetry.report.simulation import Run

PLAIN = Run().text().encode()


@given(st.lists(st.sampled_from([b"", b"a", b"bc", b"x" * 40]), max_size=12), st.lists(st.integers(0, 200)))
def test_pieces_begin_where_lines_do(lines: list[bytes], near: list[int]) -> None:
    content = b"\n".join(lines)
    begins = [piece.begin for piece in cut(io.BytesIO(content), b"log", near)]
    assert begins[0] == 0
    assert begins == sorted(set(begins))
    assert all(content[begin - 1 : begin] == b"\n" for begin in begins[1:])


def test_pieces_together_are_all_lines(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"one\n\ntwo\r\n" + b"y" * 600_000 + b"\nlast")
    with path.open("rb") as file:
        found = cut(file, os.fsencode(path), [1, 4, 5, 300_000, 600_000])
    lines = [
        line for piece in found for some in lines_of_piece(piece) if isinstance(some, list) for line in some
    ]
    assert len(found) == 4
    assert lines == [b"one\n", b"\n", b"two\r\n", b"y" * 600_000 + b"\n", b"last"]


@pytest.mark.parametrize(
    "content",
    [
        gzip.compress(PLAIN, 1) + b"\0" * 30_000,
        b"\xef\xbb\xbf" + PLAIN,
        PLAIN.decode().encode("utf-16"),
        b"".join(b"2026-11-24T00:00:00.000Z " + line + b"\n" for line in PLAIN.splitlines()),
    ],
    ids=["gzip", "byte order mark", "UTF-16", "prefixes"],
)
def test_what_is_no_plain_log_is_read_as_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes
) -> None:
    monkeypatch.setattr(pieces, "LEAST", 1000)
    path = tmp_path / "log"
    path.write_bytes(content)
    assert pieces_of(path, 4) == []
    path.write_bytes(PLAIN)
    assert len(pieces_of(path, 4)) == 4


def test_small_log_and_folder_are_read_by_one_process(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(PLAIN)
    assert pieces_of(path, 8) == []
    assert pieces_of(tmp_path, 8) == []
    assert pieces_of(tmp_path / "missing", 8) == []
