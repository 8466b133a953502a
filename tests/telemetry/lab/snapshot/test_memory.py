import random
import threading
import types
from collections.abc import Awaitable, Generator, Iterator
from typing import Any

import pytest

from telemetry.lab.snapshot import memory
from telemetry.lab.snapshot.memory import Memory


class Slots:
    __slots__ = ("value",)

    def __init__(self, value: str) -> None:
        self.value = value


class Plain:
    shared: Any = None

    def __init__(self, value: Any) -> None:
        self.value = value


def generated(local: str) -> Iterator[str]:
    yield local


def over_after(over: threading.Event, _given: str) -> None:
    over.wait()


def closed_over(free: str) -> Any:
    return lambda: free


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    """The only module of an app."""
    made = types.ModuleType("app")
    monkeypatch.setattr(memory, "sys", types.SimpleNamespace(modules={"app": made, "random": random}))
    return made


def place(module: types.ModuleType, target: Any, **names: Any) -> str:
    vars(module).update(names)
    walk = Memory()
    assert any(found is target for found, _ in walk.objects())
    return walk.place(target)


TARGET = "a text that nobody else has"


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        (TARGET, "app.held"),
        ([None, TARGET], "app.held[1]"),
        ({"key": TARGET}, "app.held['key']"),
        ({7: TARGET}, "app.held[7]"),
        ({"what a user@example.com typed": TARGET}, "app.held[...]"),
        (Plain({"key": TARGET}), "app.held.value['key']"),
        (Slots(TARGET), "app.held.value"),
        (types.SimpleNamespace(inner=TARGET), "app.held.inner"),
        (Plain(Plain(Plain([Plain(TARGET)]))), "app.held ... value[0].value"),
    ],
)
def test_place(module: types.ModuleType, held: Any, expected: str) -> None:
    assert place(module, TARGET, held=held) == expected


def test_place_in_a_suspended_function(module: types.ModuleType) -> None:
    running = generated(TARGET)
    next(running)
    assert place(module, TARGET, running=running) == f"{__name__}.generated().local"


def test_place_in_a_closure(module: types.ModuleType) -> None:
    target = f"{TARGET}, in no module"
    found = place(module, target, function=closed_over(target))
    assert found == f"{__name__}.closed_over.<locals>.<lambda>().free"


class Never:
    def __await__(self) -> Generator[None, None, None]:
        yield


async def starlettes_lifespan(maybe_state: dict[str, str], over: Awaitable[None]) -> None:
    await over


@pytest.mark.slow
@pytest.mark.parametrize("name", ["starlette.routing", "app.routing"])
def test_what_a_lifespan_has_yielded_is_not_what_requests_see(module: types.ModuleType, name: str) -> None:
    function = types.FunctionType(starlettes_lifespan.__code__, {"__name__": name})
    state = {"key": f"{TARGET}, for {name}"}
    running = function(state, Never())
    running.send(None)
    vars(module).update(running=running)
    found = [one for one, _ in Memory().objects()]
    running.close()
    assert any(one is state for one in found) is (name != "starlette.routing")


def test_standard_library_is_left_out(module: types.ModuleType) -> None:
    vars(module).update(random=random, seed=random.seed, one=random.Random)
    found = [one for one, _ in Memory().objects()]
    assert not any(one is random.random or one is vars(random) for one in found)


@pytest.mark.slow
def test_holder(module: types.ModuleType) -> None:
    inside = "of an object"
    vars(module).update(plain=Plain(inside), kept={"key": "of a dictionary"}, text="of the module")
    walk = Memory()
    held = {found: walk.holder(found) for found, _ in walk.objects() if isinstance(found, str)}
    assert [held[text] for text in (inside, "of the module", "of a dictionary")] == [
        "tests",
        "app",
        "builtins",
    ]


@pytest.mark.slow
def test_holder_of_what_a_thread_was_started_with(module: types.ModuleType) -> None:
    over = threading.Event()
    thread = threading.Thread(target=over_after, args=(over, "given to it"), daemon=True)
    thread.start()
    walk = Memory()
    held = {found: walk.holder(found) for found, _ in walk.objects() if isinstance(found, str)}
    over.set()
    thread.join()
    assert held["given to it"] == "tests"


def test_walk_that_is_too_long_says_so(module: types.ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "MOST_OBJECTS", 10)
    vars(module).update(held=[[number] for number in range(1000, 1100)])
    walk = Memory()
    assert sum(1 for _ in walk.objects()) < 100 + 10
    assert not walk.whole
