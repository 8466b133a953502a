import bz2
import gzip
import io
import lzma
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry.report.read.lines import lines_from
from telemetry.report.read.shapes import content
from telemetry.report.read.skipped import TOO_LONG, WIDE, Skip


def read(data: bytes) -> bytes:
    return b"".join(content.blocks_of(io.BytesIO(data)))


@given(st.lists(st.binary(max_size=200), max_size=6), st.integers(0, 40))
def test_members_of_gzip_are_one_text(parts: list[bytes], padding: int) -> None:
    packed = b"".join(gzip.compress(part) for part in parts)
    assert read(gzip.compress(b"a\n") + packed + b"\0" * padding) == b"a\n" + b"".join(parts)


def test_many_small_members_are_read() -> None:
    assert read(gzip.compress(b"line\n") * 20_000) == b"line\n" * 20_000


def test_well_compressed_text_comes_in_blocks() -> None:
    packed = gzip.compress(b"\0" * 50_000_000)
    sizes = [len(block) for block in content.blocks_of(io.BytesIO(packed))]
    assert (sum(sizes), max(sizes) <= content.BLOCK) == (50_000_000, True)


@pytest.mark.parametrize("cut", [5, 12, 100, -1])
def test_t17_cut_gzip_is_an_error(cut: int) -> None:
    packed = gzip.compress(bytes(range(256)) * 4)
    assert content.is_whole_gzip(io.BytesIO(packed))
    assert not content.is_whole_gzip(io.BytesIO(packed[:cut]))
    with pytest.raises((EOFError, zlib.error)):
        read(packed[:cut])


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_byte_order_mark_is_no_part_of_the_text(encoding: str) -> None:
    assert read('{"größe":"🎟"}\n'.encode(encoding)).decode() == '{"größe":"🎟"}\n'


def test_odd_byte_of_utf_16_is_no_error() -> None:
    assert read("ab".encode("utf-16")[:-1]).startswith(b"a")


@given(st.lists(st.text("a\n", max_size=6).map(str.encode) | st.binary(max_size=20), max_size=10))
def test_lines_do_not_depend_on_blocks(blocks: list[bytes]) -> None:
    whole = b"".join(blocks)
    found = list(content.lines_in(iter(blocks)))
    assert found == list(content.lines_in(iter([whole])))
    assert b"\n".join(line for line in found if isinstance(line, bytes)) == whole.removesuffix(b"\n")
    by_block = [some for some in content.lines_by_block(iter(blocks)) if isinstance(some, list)]
    assert b"".join(line for some in by_block for line in some) == whole


def test_line_beyond_the_limit_is_skipped_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "LONGEST_LINE", 10)
    blocks = [b"a\n12345", b"67890", b"12345", b"67890\nb\nc", b"d\n", b"x" * 8, b"y" * 8]
    assert list(content.lines_in(iter(blocks))) == [b"a", TOO_LONG, b"b", b"cd", TOO_LONG]
    by_block = [[b"a\n"], TOO_LONG, [b"b\n"], [b"cd\n"], TOO_LONG]
    assert list(content.lines_by_block(iter(blocks))) == by_block


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (bz2.compress(b"line\n" * 99), "compressed by bzip2: unpack it first"),
        (lzma.compress(b"line\n" * 99), "compressed by xz: unpack it first"),
        (b"PK\x03\x04\x14\0", "compressed by zip: unpack it first"),
        (b"\x28\xb5\x2f\xfd\x04", "compressed by zstd: unpack it first"),
        ("line\n".encode("utf-16-le"), WIDE.reason),
        ("line\n".encode("utf-32"), WIDE.reason),
    ],
)
def test_t14_what_is_no_text_is_named(content: bytes, reason: str) -> None:
    (found,) = lines_from(io.BytesIO(content))
    assert isinstance(found, Skip)
    assert found.reason == reason


def test_t14_long_damaged_first_line_leaves_the_rest_readable() -> None:
    content = b'{"message":"' + b"x" * 10**6 + b'\n{"record":"x","v":1}\nline\n'
    lines = [line for some in lines_from(io.BytesIO(content)) if isinstance(some, list) for line in some]
    assert lines[1:] == [b'{"record":"x","v":1}\n', b"line\n"]
