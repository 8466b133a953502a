import asyncio

import pytest
from mangum.exceptions import ConfigurationError, LifespanFailure, UnexpectedMessage

from adapter.errors import (
    AdapterError,
    LifespanProtocolError,
    LifespanStartupError,
    NestedLoopError,
    PlacementError,
)

DSN = "postgres://user:canary@db"


def connect() -> None:
    raise ConnectionError(DSN)


def fail_with(error: BaseException) -> None:
    raise error


def test_text_names_type_and_place() -> None:
    try:
        connect()
    except ConnectionError as cause:
        error = LifespanStartupError("init", 412_300_000, cause)
    line = connect.__code__.co_firstlineno + 1
    assert str(error) == (
        f"Startup failed in the init phase after 412 ms: ConnectionError at test_errors.py:{line} in connect"
    )


def test_group_names_its_first_member() -> None:
    async def load() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(asyncio.to_thread(connect))

    with pytest.raises(ExceptionGroup) as caught:
        asyncio.run(load())
    text = str(LifespanStartupError("invocation", 0, caught.value))
    assert "ExceptionGroup of ConnectionError at test_errors.py:" in text
    assert "in connect" in text
    assert DSN not in text


def test_text_without_cause() -> None:
    assert "ended its lifespan without `lifespan.startup.complete`" in str(
        LifespanStartupError("init", 0, None)
    )


def test_text_without_traceback() -> None:
    assert str(LifespanStartupError("init", 0, TimeoutError(DSN))).endswith(": TimeoutError")


@pytest.mark.parametrize(
    "cause", [asyncio.CancelledError(DSN), SystemExit(DSN), BaseExceptionGroup(DSN, [KeyboardInterrupt(DSN)])]
)
def test_text_never_quotes(cause: BaseException) -> None:
    with pytest.raises(type(cause)) as caught:
        fail_with(cause)
    text = str(LifespanStartupError("init", 0, caught.value))
    assert "canary" not in text
    assert "in fail_with" in text


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (LifespanStartupError, LifespanFailure),
        (LifespanProtocolError, UnexpectedMessage),
        (PlacementError, ConfigurationError),
        (NestedLoopError, RuntimeError),
    ],
)
def test_mangum_users_catch_them(ours: type[Exception], theirs: type[Exception]) -> None:
    assert issubclass(ours, theirs)
    assert issubclass(ours, AdapterError)
