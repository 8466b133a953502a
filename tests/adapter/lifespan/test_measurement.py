import asyncio
import contextlib
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette

from adapter import LifespanAdapter, preload
from adapter.errors import LifespanStartupError
from adapter.facts import Fact, ResourceLoaded, StartupEnded
from adapter.lifespan import measurement
from tests.adapter.events import http_event

Load = Callable[[], Any]


def startup(load: Load, *, observed: bool = True) -> StartupEnded:
    """The startup of an app whose lifespan awaits `load()`."""

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        await load()
        yield

    facts: list[Fact] = []
    observe = facts.append if observed else None
    with (
        LifespanAdapter(Starlette(lifespan=lifespan), observe=observe) as handler,
        contextlib.suppress(LifespanStartupError),
    ):
        handler(http_event(), None)
    return next(fact for fact in facts if isinstance(fact, StartupEnded))


def loaded(load: Load) -> tuple[ResourceLoaded, ...]:
    return startup(load).resources


def test_wall_and_cpu() -> None:
    async def load() -> None:
        with preload("waits"):
            await asyncio.sleep(0.05)
        with preload("works"):
            until = time.process_time() + 0.02
            while time.process_time() < until:
                pass

    waits, works = loaded(load)
    assert (waits.name, works.name) == ("waits", "works")
    assert waits.wall_ns >= 50_000_000
    assert waits.cpu_ns < 40_000_000
    assert works.cpu_ns >= 20_000_000
    assert works.began_ns >= waits.began_ns + waits.wall_ns
    assert not waits.overlapped


def test_memory() -> None:
    kept = []

    async def load() -> None:
        with preload("big"):
            kept.append(bytearray(30_000_000))
        with preload("small"):
            kept.append(bytearray(10))

    big, small = loaded(load)
    assert big.memory.rss_bytes > 25_000_000 > small.memory.rss_bytes
    assert big.memory.native_bytes is None or big.memory.native_bytes >= 30_000_000


def test_new_modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "fresh_one.py").write_text("import fresh_two")
    (tmp_path / "fresh_two.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)

    async def load() -> None:
        with preload("fresh"):
            __import__("fresh_one")
        with preload("again"):
            __import__("fresh_one")

    try:
        assert [resource.modules for resource in loaded(load)] == [2, 0]
    finally:
        del sys.modules["fresh_one"], sys.modules["fresh_two"]


def test_overlap_is_flagged() -> None:
    async def one(name: str, seconds: float) -> None:
        with preload(name):
            await asyncio.sleep(seconds)

    async def load() -> None:
        with preload("alone"):
            pass
        await asyncio.gather(one("long", 0.03), one("short", 0.01))
        with preload("outer"), preload("inner"):
            pass

    flags = {resource.name: resource.overlapped for resource in loaded(load)}
    assert flags == {"alone": False, "long": True, "short": True, "outer": True, "inner": True}


def test_blocks_in_threads() -> None:
    def work() -> None:
        with preload("threaded"):
            time.sleep(0.01)

    async def load() -> None:
        await asyncio.to_thread(work)

    assert [resource.name for resource in loaded(load)] == ["threaded"]


def test_same_name_is_added_up() -> None:
    async def load() -> None:
        for _ in range(3):
            with preload("shard"):
                await asyncio.sleep(0.01)
            with preload("other"):
                pass

    shard, other = loaded(load)
    assert (shard.name, other.name) == ("shard", "other")
    assert shard.wall_ns >= 30_000_000
    assert not shard.overlapped


def test_unknown_memory_stays_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measurement, "_native_reader", lambda: lambda: None)

    async def load() -> None:
        for _ in range(2):
            with preload("shard"):
                pass

    assert loaded(load)[0].memory.native_bytes is None


def test_error_is_named_and_passes() -> None:
    async def load() -> None:
        with preload("fine"):
            pass
        with preload("broken"):
            raise LookupError("canary")

    ended = startup(load)
    assert [resource.error for resource in ended.resources] == [None, "LookupError"]
    assert (ended.outcome, ended.error) == ("failed", "LookupError")
    assert "canary" not in repr(ended)


def test_empty_name_is_refused() -> None:
    with pytest.raises(ValueError, match="name of the state key"), preload(""):
        pass


def test_does_nothing_elsewhere() -> None:
    with preload("model"):
        pass
    with pytest.raises(LookupError), preload("model"):
        raise LookupError


def test_does_nothing_unobserved() -> None:
    ran = []

    async def load() -> None:
        with preload("model"):
            ran.append(1)

    with pytest.raises(StopIteration):
        startup(load, observed=False)
    assert ran == [1]


def test_block_around_the_whole_lifespan() -> None:
    facts: list[Fact] = []

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        with preload("whole"):
            yield
            with preload("too late"):
                pass

    with LifespanAdapter(Starlette(lifespan=lifespan), observe=facts.append) as handler:
        handler(http_event(), None)
    ended = next(fact for fact in facts if isinstance(fact, StartupEnded))
    assert [resource.name for resource in ended.resources] == ["whole"]
    assert ended.resources[0].wall_ns <= ended.wall_ns


def test_startups_do_not_mix() -> None:
    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        with preload("model"):
            pass
        yield

    facts: list[Fact] = []
    app = Starlette(lifespan=lifespan)
    with LifespanAdapter(app, placement="every_invocation", observe=facts.append) as handler:
        for _ in range(3):
            handler(http_event(), None)
    resources = [len(fact.resources) for fact in facts if isinstance(fact, StartupEnded)]
    assert resources == [1, 1, 1]
