"""What one startup costs, as a whole and by resource: time, imports and memory."""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Protocol

from adapter.facts import MemoryDelta, Outcome, ResourceLoaded, StartupBegan, StartupEnded, Struct
from adapter.process.observer import Observer


class Memory(Struct):
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


class Excluded(Protocol):
    """Time to subtract from a measurement, so far."""

    @property
    def wall_ns(self) -> int:
        """Wall time in nanoseconds."""

    @property
    def cpu_ns(self) -> int:
        """CPU time in nanoseconds."""


class Stopwatch:
    """Wall and CPU time from its construction on, less what is excluded: the time of observers, pauses."""

    __slots__ = ("_cpu", "_excluded", "_wall")

    def __init__(self, excluded: Excluded) -> None:
        self._excluded = excluded
        self._wall = time.perf_counter_ns() - excluded.wall_ns
        self._cpu = time.process_time_ns() - excluded.cpu_ns

    def read(self) -> tuple[int, int]:
        """Wall and CPU time in nanoseconds."""
        cpu = time.process_time_ns() - self._excluded.cpu_ns - self._cpu
        return time.perf_counter_ns() - self._excluded.wall_ns - self._wall, cpu


class Block:
    """One open `preload` block."""

    def __init__(self, name: str, excluded: Excluded, *, overlapped: bool) -> None:
        self.name = name
        self.overlapped = overlapped
        self._began_ns = time.time_ns()
        self._memory = memory_now()
        self._modules = len(sys.modules)
        self._watch = Stopwatch(excluded)

    def end(self, error: str | None) -> ResourceLoaded:
        """Measure the block, which ends now."""
        wall_ns, cpu_ns = self._watch.read()
        return ResourceLoaded(
            name=self.name,
            began_ns=self._began_ns,
            wall_ns=wall_ns,
            cpu_ns=cpu_ns,
            memory=memory_now().since(self._memory),
            modules=max(0, len(sys.modules) - self._modules),
            overlapped=self.overlapped,
            error=error,
        )


class Recorder:
    """Measures one startup; `preload` finds it through `current`, in whatever task or thread it runs.

    Pauses of the startup do not count, in no block either.
    """

    current: ContextVar["Recorder | None"] = ContextVar("adapter_recorder", default=None)

    def __init__(self, observer: Observer) -> None:
        self._observer = observer
        self._lock = threading.Lock()
        self._open: list[Block] = []
        self._loaded: list[ResourceLoaded] = []
        self._closed = False
        self._paused_wall_ns = 0
        self._paused_cpu_ns = 0
        self._pause: Stopwatch | None = None
        self._total = (0, 0)
        self._memory = memory_now()
        self._watch = Stopwatch(self)

    @property
    def wall_ns(self) -> int:
        """Wall time of observers and pauses so far."""
        return self._observer.wall_ns + self._paused_wall_ns

    @property
    def cpu_ns(self) -> int:
        """CPU time of observers and pauses so far."""
        return self._observer.cpu_ns + self._paused_cpu_ns

    def pause(self) -> int:
        """Stop measuring until `resume`; the wall time up to here."""
        self._total = self._watch.read()
        self._pause = Stopwatch(self._observer)
        return self._total[0]

    def resume(self) -> None:
        """Go on after a pause."""
        if self._pause is not None:
            wall_ns, cpu_ns = self._pause.read()
            self._paused_wall_ns += wall_ns
            self._paused_cpu_ns += cpu_ns
            self._pause = None

    def open(self, name: str) -> Block | None:
        """Begin to measure a resource; None once the startup is over."""
        with self._lock:
            if self._closed:
                return None
            for block in self._open:
                block.overlapped = True
            block = Block(name, self, overlapped=bool(self._open))
            self._open.append(block)
            return block

    def close(self, block: Block, error: str | None) -> None:
        """Measure `block`, unless the startup ended before it did."""
        with self._lock:
            if block in self._open:
                self._open.remove(block)
                self._loaded.append(block.end(error))

    def ended(
        self,
        began: StartupBegan,
        outcome: Outcome,
        keys: tuple[str, ...],
        error: str | None,
        *,
        deferred: bool,
    ) -> StartupEnded:
        """The whole startup, which has ended with the last pause; a block that is still open ends with it."""
        wall_ns, cpu_ns = self._total
        self.resume()
        memory = memory_now().since(self._memory)
        with self._lock:
            self._closed = True
            self._loaded += [block.end(None) for block in self._open]
            self._open.clear()
        resources = _by_name(self._loaded)
        return StartupEnded(began, wall_ns, cpu_ns, outcome, memory, resources, keys, error, deferred)


def _by_name(loaded: list[ResourceLoaded]) -> tuple[ResourceLoaded, ...]:
    """One entry a name, in the order they began; blocks of the same name are added up."""
    merged: dict[str, ResourceLoaded] = {}
    for resource in sorted(loaded, key=lambda resource: resource.began_ns):
        earlier = merged.get(resource.name)
        merged[resource.name] = resource if earlier is None else _sum(earlier, resource)
    return tuple(merged.values())


def _sum(first: ResourceLoaded, second: ResourceLoaded) -> ResourceLoaded:
    return ResourceLoaded(
        name=first.name,
        began_ns=first.began_ns,
        wall_ns=first.wall_ns + second.wall_ns,
        cpu_ns=first.cpu_ns + second.cpu_ns,
        memory=_sum_memory(first.memory, second.memory),
        modules=first.modules + second.modules,
        overlapped=first.overlapped or second.overlapped,
        error=first.error or second.error,
    )


def _sum_memory(first: MemoryDelta, second: MemoryDelta) -> MemoryDelta:
    native = None
    if first.native_bytes is not None and second.native_bytes is not None:
        native = first.native_bytes + second.native_bytes
    return MemoryDelta(first.rss_bytes + second.rss_bytes, native, first.python_blocks + second.python_blocks)


@contextmanager
def preload(name: str) -> Iterator[None]:
    """Measure what the block loads: time, memory, imports.

    `name` is the key under which the lifespan puts the resource into its state, so that what it costs meets
    how often it is used. Blocks of the same name are added up. Where nobody measures (another server, a test,
    no observer, after startup) it does nothing. Raises ValueError for an empty name.
    """
    if not name:
        raise ValueError("preload() needs the name of the state key that it loads, got an empty one")
    recorder = Recorder.current.get()
    block = None if recorder is None else recorder.open(name)
    if recorder is None or block is None:
        yield
        return
    error = None
    try:
        yield
    except BaseException as raised:
        error = type(raised).__name__
        raise
    finally:
        recorder.close(block, error)
