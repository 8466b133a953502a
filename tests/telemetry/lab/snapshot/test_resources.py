import asyncio
import os
import signal
import socket
import threading
from collections.abc import Iterator

import pytest

from telemetry.lab.snapshot.resources import Connection, connections, cut, timers


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """A connection within this process."""
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as one,
    ):
        other, _ = server.accept()
        with other:
            yield one, other


def peers(api: str = "127.0.0.1:1") -> list[str]:
    return [one.peer for one in connections(api)]


def test_connection_within_the_process_is_none(pair: tuple[socket.socket, socket.socket]) -> None:
    addresses = {"{}:{}".format(*one.getpeername()) for one in pair}
    assert addresses.isdisjoint(peers())


def test_connection_to_somebody_else() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        assert "127.0.0.1:9" not in peers()
        one.connect(("127.0.0.1", 9))
        assert "127.0.0.1:9" in peers()
        assert "127.0.0.1:9" not in peers("127.0.0.1:9")


def test_cut_connection_stays_open_and_leads_nowhere(pair: tuple[socket.socket, socket.socket]) -> None:
    one, other = pair
    cut([Connection(os.fstat(one.fileno()).st_ino, "")])
    assert one.fileno() >= 0
    assert one.recv(1) == other.recv(1) == b""
    with pytest.raises(BrokenPipeError):
        one.send(b"x")


def test_armed_timers() -> None:
    async def refresh() -> None:
        await asyncio.sleep(3600)

    loop = asyncio.new_event_loop()
    handle = loop.call_later(3600, print, "x")
    cancelled = loop.call_later(3600, repr, "x")
    cancelled.cancel()
    task = loop.create_task(refresh())
    loop.run_until_complete(asyncio.sleep(0))
    thread = threading.Timer(3600, print)
    thread.start()
    try:
        names = [one.name for one in timers([loop])]
    finally:
        thread.cancel()
        thread.join()
        handle.cancel()
        task.cancel()
        loop.run_until_complete(asyncio.gather(task, return_exceptions=True))
        loop.close()
    assert "threading.Timer for builtins.print" in names
    assert "a timer for builtins.print" in names
    assert any(name.startswith("a timer of the task ") and "refresh" in name for name in names)
    assert not any("repr" in name for name in names)
    assert not [
        one.name for one in timers([loop]) if one.name != "signal.setitimer"
    ]  # of the test's own limit


def test_alarm() -> None:
    before = signal.setitimer(signal.ITIMER_REAL, 0)
    try:
        assert not list(timers([]))
        signal.setitimer(signal.ITIMER_REAL, 3600)
        assert [one.name for one in timers([])] == ["signal.setitimer"]
    finally:
        signal.setitimer(signal.ITIMER_REAL, *before)
