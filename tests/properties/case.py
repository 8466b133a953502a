"""One life of an adapter: an app that follows scripts, settings, events; and what was seen of it."""

import logging
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Literal

from adapter import LifespanAdapter
from adapter.facts import Fact, OnDeath
from adapter.placement import Placement
from tests.adapter.events import http_event
from tests.properties.actions import Script, Scripted

AT_MOST_S = 20
"""No life takes a second; this is a hang."""
PATIENCE_S = 0.01
"""For what an app does not do."""


@dataclass(frozen=True, slots=True)
class Case:
    """What is tried."""

    lifespan: Script
    requests: tuple[Script, ...]
    mode: Literal["auto", "on", "off"]
    placement: Placement
    on_death: OnDeath
    raising: bool
    """`raise_app_exceptions`."""
    broken: bool
    """The observer raises."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of it."""

    app: Scripted
    facts: list[Fact]
    over: list[set[int]]
    """At each fact, the ordinals of the lifespans that had ended by then."""
    answers: list[int | BaseException]
    """To each request: its status, or what left the adapter."""


def seen(case: Case) -> Seen:
    app = Scripted(case.lifespan, case.requests)
    facts: list[Fact] = []
    over: list[set[int]] = []

    def observe(fact: Fact) -> None:
        facts.append(fact)
        over.append({ordinal for ordinal, talk in enumerate(app.lifespans, 1) if talk.over})
        for talk in app.lifespans:
            talk.settled = dict(talk.state)
        if case.broken:
            raise RuntimeError

    answers: list[int | BaseException] = []
    with (
        bounded(),
        LifespanAdapter(
            app,
            case.mode,
            placement=case.placement,
            on_death=case.on_death,
            raise_app_exceptions=case.raising,
            startup_timeout=PATIENCE_S,
            shutdown_timeout=PATIENCE_S,
            observe=observe,
        ) as handler,
    ):
        for _ in case.requests:
            try:
                answers.append(handler(http_event(), None)["statusCode"])
            except BaseException as error:  # noqa: BLE001 - which ones may come is what is tested
                answers.append(error)
        handler.shutdown()
    return Seen(app, facts, over, answers)


@contextmanager
def bounded() -> Iterator[None]:
    """Fail after `AT_MOST_S`, without a word in the log, where every refusal is a line."""

    def hang(signum: int, frame: FrameType | None) -> None:
        raise TimeoutError("this hangs")

    before = signal.signal(signal.SIGALRM, hang)
    disabled = logging.root.manager.disable
    logging.disable()
    signal.alarm(AT_MOST_S)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
        logging.disable(disabled)
