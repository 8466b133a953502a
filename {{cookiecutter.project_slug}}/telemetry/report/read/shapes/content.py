"""Bytes of a file into lines of UTF-8: gzip and UTF-16 are told by their first bytes, not by a name."""

import codecs
import io
import zlib
from collections.abc import Callable, Iterator
from itertools import chain
from typing import BinaryIO, Final

from telemetry.report.read.skipped import PACKED, TOO_LONG, WIDE, Skip

BLOCK: Final = 2**18
LONGEST_LINE: Final = 2**23
"""Bytes. CloudWatch takes events of 1 MB."""
GZIP: Final = b"\x1f\x8b\x08"
SLICE: Final = 2**14
"""What a decompressor gets at once: the rest of a slice is copied for each gzip member that ends in it."""
PACKERS: Final = {
    b"PK\x03\x04": "zip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
}
"""Beginnings of what other tools than gzip compressed."""
NESTED: Final = 3
"""Firehose compresses what CloudWatch compressed."""


def blocks_of(file: BinaryIO) -> Iterator[bytes]:
    """Yield what a file holds, decompressed and as UTF-8 without a byte order mark.

    Raises:
        EOFError: It is gzip and cut short.
        zlib.error: It is gzip and damaged.
    """
    blocks: Iterator[bytes] = iter(lambda: file.read(BLOCK), b"")
    for _ in range(NESTED):
        head, blocks = peeked(blocks, len(GZIP))
        if not head.startswith(GZIP):
            break
        blocks = _gunzipped(blocks)
    head, blocks = peeked(blocks, len(codecs.BOM_UTF8))
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _transcoded(blocks)
    return _without_mark(blocks) if head.startswith(codecs.BOM_UTF8) else blocks


def not_text(head: bytes) -> Skip | None:
    """Tell why a file that begins so cannot be read as text, if nothing in it is a line of a log."""
    for beginning, tool in PACKERS.items():
        if head.startswith(beginning):
            return PACKED[tool]
    some = head[:SLICE]
    return (
        WIDE
        if len(some) > len(codecs.BOM_UTF8) and len(some) * 0.3 < some.count(0) < len(some) * 0.9
        else None
    )


def is_whole_gzip(file: BinaryIO) -> bool:
    """Whether a file is gzip, and can be read to its end."""
    head, blocks = peeked(iter(lambda: file.read(BLOCK), b""), len(GZIP))
    try:
        return head.startswith(GZIP) and all(block is not None for block in _gunzipped(blocks))
    except (EOFError, zlib.error):
        return False


def peeked(blocks: Iterator[bytes], size: int) -> tuple[bytes, Iterator[bytes]]:
    """Return the first bytes, as far as there are any, and all of the blocks."""
    taken, length = [], 0
    for block in blocks:
        taken.append(block)
        length += len(block)
        if length >= size:
            break
    return b"".join(taken), chain(taken, blocks)


def lines_in(blocks: Iterator[bytes]) -> Iterator[bytes | Skip]:
    """Yield lines without their ends, in memory for one block and one line; too long ones are skipped."""
    for found in _cut(blocks, lambda block: block.split(b"\n")):
        if isinstance(found, Skip):
            yield found
        else:
            yield from found


def lines_by_block(blocks: Iterator[bytes]) -> Iterator[list[bytes] | Skip]:
    """Yield the lines of each block at once, with their ends, which are found in a third of the time."""
    return _cut(blocks, _with_ends)


def _with_ends(block: bytes) -> list[bytes]:
    """Return the lines of a block, and what it has of the next one."""
    lines = io.BytesIO(block).readlines()
    return [*lines, b""] if block.endswith(b"\n") else lines


def _cut(blocks: Iterator[bytes], cut: Callable[[bytes], list[bytes]]) -> Iterator[list[bytes] | Skip]:
    begun: list[bytes] = []
    size = 0
    for block in blocks:
        lines = cut(block)
        rest = lines.pop() if lines else b""
        if not lines:
            size += len(rest)
            if size <= LONGEST_LINE:
                begun.append(rest)
            continue
        if size > LONGEST_LINE:
            yield TOO_LONG
            del lines[0]
        elif size:
            lines[0] = b"".join((*begun, lines[0]))
        yield lines
        begun, size = [rest], len(rest)
    if size > LONGEST_LINE:
        yield TOO_LONG
    elif size:
        yield [b"".join(begun)]


def _gunzipped(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Decompress all members; no block is larger than `BLOCK`, however well it was compressed."""
    member = None
    for piece in (block[at : at + SLICE] for block in blocks for at in range(0, len(block), SLICE)):
        rest = piece
        while rest:
            if member is None:
                rest = rest.lstrip(b"\0")  # padding between members
                if not rest:
                    break
                member = zlib.decompressobj(wbits=31)
            if made := member.decompress(rest, BLOCK):
                yield made
            rest = member.unused_data if member.eof else member.unconsumed_tail
            if member.eof:
                member = None
    if member is not None:
        while made := member.decompress(member.unconsumed_tail, BLOCK):
            yield made
        if not member.eof:
            raise EOFError("it ends in the middle")


def _transcoded(blocks: Iterator[bytes]) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder("utf-16")("replace")
    for block in blocks:
        yield decoder.decode(block).encode("utf-8", "replace")
    yield decoder.decode(b"", final=True).encode("utf-8", "replace")


def _without_mark(blocks: Iterator[bytes]) -> Iterator[bytes]:
    left = len(codecs.BOM_UTF8)
    for block in blocks:
        yield block[left:]
        left = max(0, left - len(block))
