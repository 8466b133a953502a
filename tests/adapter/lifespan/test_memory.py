import ctypes
from pathlib import Path

import pytest

from adapter.facts import MemoryDelta
from adapter.lifespan import measurement as memory
from adapter.lifespan.measurement import Memory, memory_now


def test_growth_is_seen() -> None:
    before = memory_now()
    held = bytearray(20_000_000)
    blocks = [object() for _ in range(10_000)]
    grown = memory_now().since(before)
    del held, blocks
    assert grown.rss_bytes > 15_000_000
    assert grown.native_bytes is None or grown.native_bytes > 19_000_000
    assert grown.python_blocks > 9_000


def test_unknown_stays_unknown() -> None:
    assert Memory(2, None, 5).since(Memory(1, 7, 3)) == MemoryDelta(1, None, 2)


def test_c_library_without_mallinfo2(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _: object())
    assert memory._native_reader.__wrapped__()() is None


def test_system_without_proc(tmp_path: Path) -> None:
    assert memory._resident_bytes(str(tmp_path / "statm")) >= memory._resident_bytes() // 2 > 0
