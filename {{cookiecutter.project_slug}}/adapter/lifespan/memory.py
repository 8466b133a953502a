"""How much memory the process holds, in three views that together cost some 20 µs."""

import os
import sys
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from adapter.facts import MemoryDelta


class Memory(NamedTuple):
    """The process at one moment."""

    rss_bytes: int
    native_bytes: int | None
    python_blocks: int

    def since(self, earlier: "Memory") -> MemoryDelta:
        """Growth from `earlier` to this moment."""
        native = None
        if self.native_bytes is not None and earlier.native_bytes is not None:
            native = self.native_bytes - earlier.native_bytes
        return MemoryDelta(
            self.rss_bytes - earlier.rss_bytes, native, self.python_blocks - earlier.python_blocks
        )


def memory_now() -> Memory:
    """Read all three views."""
    return Memory(_resident_bytes(), _native_reader()(), sys.getallocatedblocks())


def _resident_bytes(statm: str = "/proc/self/statm") -> int:
    try:
        # Without a file object, which costs more than all else here.
        opened = os.open(statm, os.O_RDONLY)
        try:
            pages = os.read(opened, 128).split()[1]
        finally:
            os.close(opened)
    except OSError:
        import resource  # noqa: PLC0415 - not on Lambda

        # No /proc: the peak, whose growth is the next best. In bytes on macOS, in KiB elsewhere.
        unit = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


@cache
def _native_reader() -> Callable[[], int | None]:
    """A reader of glibc's `mallinfo2` (glibc 2.33 or later); one that reads None with any other C library."""
    import ctypes  # noqa: PLC0415 - more than a millisecond, and not needed before something is measured

    class Mallinfo2(ctypes.Structure):
        _fields_ = [
            (field, ctypes.c_size_t)
            for field in (
                "arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks",
                "keepcost",
            )
        ]  # fmt: skip

    try:
        mallinfo2 = ctypes.CDLL(None).mallinfo2
    except (AttributeError, OSError, TypeError):
        return lambda: None
    mallinfo2.restype = Mallinfo2

    def in_use() -> int:
        info = mallinfo2()
        return int(info.uordblks + info.hblkhd)  # from arenas, and mapped one by one

    return in_use
