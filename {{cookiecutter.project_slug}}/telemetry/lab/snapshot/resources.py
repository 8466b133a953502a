"""Connections and timers of a process: what is dead, or off, in a copy of it.

It is loaded by path in the function's own process, and imports nothing but the standard library.
"""

import contextlib
import os
import signal
import socket
import stat
import sys
import threading
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

_FAMILIES: Final = (socket.AF_INET, socket.AF_INET6)


class Connection(NamedTuple):
    """A socket with a peer outside of the process."""

    inode: int
    """Tells it from a later one with the same number."""
    peer: str


class Timer(NamedTuple):
    """Something that waits for a moment."""

    armed: Any
    """The object, kept so that no other one is taken for it."""
    name: str


def connections(own_api: str) -> list[Connection]:
    """Return the connections, but for those to `own_api`, the address of the Runtime API."""
    with contextlib.ExitStack() as stack:
        found = [(inode, stack.enter_context(one)) for inode, one in _sockets()]
        peers = [(inode, one.getsockname(), _peer(one)) for inode, one in found]
        mine = {address for _, address, _ in peers}
        return [
            Connection(inode, f"{peer[0]}:{peer[1]}")
            for inode, _, peer in peers
            if peer is not None and peer not in mine and f"{peer[0]}:{peer[1]}" != own_api
        ]


def cut(found: list[Connection]) -> None:
    """End connections as a restore does: they stay open here, and lead nowhere."""
    inodes = {one.inode for one in found}
    for inode, one in _sockets():
        with one:
            if inode in inodes:
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)


def timers(objects: list[Any]) -> Iterator[Timer]:
    """Yield what is armed: on those of these objects that are event loops, in threads, and by a signal."""
    for one in threading.enumerate():
        if isinstance(one, threading.Timer) and not one.finished.is_set():
            yield Timer(one, f"threading.Timer for {_qualified(one.function)}")
    if signal.getitimer(signal.ITIMER_REAL)[0] > 0:
        yield Timer(signal.setitimer, "signal.setitimer")
    if "asyncio" in sys.modules:
        yield from _of_loops(objects)


def _of_loops(objects: list[Any]) -> Iterator[Timer]:
    import asyncio  # noqa: PLC0415 # an app that has not imported it has no loops

    for loop in objects:
        if not isinstance(loop, asyncio.AbstractEventLoop) or loop.is_closed():
            continue
        tasks = {id(getattr(task, "_fut_waiter", None)): task for task in asyncio.all_tasks(loop)}
        for handle in getattr(loop, "_scheduled", ()):
            if not handle.cancelled():
                yield Timer(handle, _waits(handle, tasks))


def _waits(handle: Any, tasks: dict[int, Any]) -> str:
    """Say what a loop's handle will call, or which task it will wake up."""
    callback, arguments = handle._callback, handle._args or ()  # noqa: SLF001 # asyncio shows it nowhere else
    for argument in arguments:
        if (task := tasks.get(id(argument))) is not None:
            return f"a timer of the task {_qualified(task.get_coro())}"
    return f"a timer for {_qualified(callback)}"


def _qualified(found: Any) -> str:
    code = getattr(found, "cr_code", None) or getattr(found, "__code__", None)
    name = getattr(found, "__qualname__", None) or type(found).__qualname__
    module = getattr(found, "__module__", None)
    if module is None and code is not None:
        return f"{name} ({os.path.basename(code.co_filename)})"  # noqa: PTH119 # pathlib may not be imported here
    return f"{module}.{name}" if module else str(name)


def _sockets() -> Iterator[tuple[int, socket.socket]]:
    """Yield copies of the process's sockets, to be closed by the caller."""
    for name in os.listdir("/dev/fd"):  # noqa: PTH208 # as above
        with contextlib.suppress(OSError, ValueError):
            status = os.fstat(int(name))
            if stat.S_ISSOCK(status.st_mode):
                one = socket.socket(fileno=os.dup(int(name)))
                if one.family in _FAMILIES:
                    yield status.st_ino, one
                else:
                    one.close()


def _peer(one: socket.socket) -> tuple[str, int] | None:
    try:
        peer = one.getpeername()
    except OSError:  # listens, or is not connected
        return None
    return peer[0], peer[1]
