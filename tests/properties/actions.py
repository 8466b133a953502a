"""What an app may do with a connection, one thing after the other."""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from adapter.asgi import Message, Receive, Scope, Send


@dataclass(frozen=True, slots=True)
class Hear:
    """Wait for a message."""

    stubborn: bool = False
    """Go on when cancelled."""


@dataclass(frozen=True, slots=True)
class Say:
    """Send a message."""

    kind: str
    more_body: bool = False
    patient: bool = False
    """Go on when the server refuses it."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Let others run."""


@dataclass(frozen=True, slots=True)
class Put:
    """Put a list into the state."""

    key: str


@dataclass(frozen=True, slots=True)
class Leave:
    """Raise an exception."""

    error: type[BaseException]


Action: TypeAlias = Hear | Say | Pause | Put | Leave
Script: TypeAlias = Sequence[Action]
"""At its end, the app returns."""


@dataclass(slots=True)
class Talk:
    """What an app was told on one connection, and what it could say."""

    state: dict[str, list[int]]
    settled: dict[str, list[int]] = field(default_factory=dict)
    """What was in the state when the loop last stood still."""
    heard: list[str] = field(default_factory=list)
    accepted: list[str] = field(default_factory=list)
    over: bool = False


class Scripted:
    """An app that does as it is told, and remembers what the server did."""

    def __init__(self, lifespan: Script, requests: Sequence[Script]) -> None:
        self.lifespans: list[Talk] = []
        self.states: list[dict[str, list[int]] | None] = []
        """What each request found."""
        self.strange: list[dict[str, list[int]]] = []
        """Those that were no copy of what a lifespan had put into its state by then."""
        self._lifespan = lifespan
        self._requests = iter(requests)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            self.lifespans.append(Talk(scope["state"]))
            await follow(self._lifespan, scope, receive, send, self.lifespans[-1])
            return
        state = scope.get("state")
        self.states.append(None if state is None else dict(state))
        if state is not None and not any(is_copy(state, talk) for talk in self.lifespans):
            self.strange.append(dict(state))
        await follow(next(self._requests), scope, receive, send, Talk({}))


def is_copy(state: dict[str, list[int]], talk: Talk) -> bool:
    """A shallow one, made while the loop stood still: another namespace, the same values."""
    copied = {key: id(value) for key, value in state.items()}
    return state is not talk.state and copied == {key: id(value) for key, value in talk.settled.items()}


async def follow(script: Script, scope: Scope, receive: Receive, send: Send, talk: Talk) -> None:
    try:
        await _follow(script, scope, receive, send, talk)
    finally:
        talk.over = True


async def _follow(script: Script, scope: Scope, receive: Receive, send: Send, talk: Talk) -> None:
    for action in script:
        match action:
            case Hear():
                with contextlib.suppress(*(asyncio.CancelledError,) if action.stubborn else ()):
                    talk.heard.append((await receive())["type"])
            case Say():
                with contextlib.suppress(*(Exception,) if action.patient else ()):
                    await send(message(action))
                    talk.accepted.append(action.kind)
            case Pause():
                await asyncio.sleep(0)
            case Put() if "state" in scope:
                scope["state"][action.key] = []
            case Leave():
                raise action.error


def message(said: Say) -> Message:
    match said.kind:
        case "http.response.start":
            return {"type": said.kind, "status": 204, "headers": []}
        case "http.response.body":
            return {"type": said.kind, "body": b"x", "more_body": said.more_body}
        case _:
            return {"type": said.kind}
