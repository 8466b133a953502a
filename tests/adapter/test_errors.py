import asyncio

import pytest
from mangum.exceptions import ConfigurationError, LifespanFailure, UnexpectedMessage

from adapter.errors import (
    AdapterError,
    LifespanDiedError,
    LifespanLostError,
    LifespanProtocolError,
    LifespanStartupError,
    LifespanStartupTimeoutError,
    NestedLoopError,
    SettingError,
    UnknownEventError,
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


def test_text_names_the_message() -> None:
    assert str(LifespanStartupError("init", 0, None, "lifespan.startup.failed")).endswith(
        ": the app sent `lifespan.startup.failed`"
    )


def test_timeout_says_what_becomes_of_it() -> None:
    cut, going = (
        LifespanStartupTimeoutError("init", 9_500_000_000, goes_on=goes_on) for goes_on in (False, True)
    )
    assert str(cut) == "Startup, begun in the init phase, has taken 9500 ms and was cancelled"
    assert str(going).endswith("9500 ms and goes on in the next invocation")
    assert cut.cause_type == "TimeoutError"


def test_death_names_type_and_place() -> None:
    with pytest.raises(ConnectionError) as caught:
        connect()
    text = str(LifespanDiedError(caught.value))
    assert text.startswith("The lifespan ended with ConnectionError at test_errors.py:")
    assert "canary" not in text
    assert str(LifespanDiedError(None)) == "The lifespan ended by itself, so no event is served"


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
        (LifespanStartupTimeoutError, LifespanFailure),
        (LifespanLostError, LifespanFailure),
        (LifespanProtocolError, UnexpectedMessage),
        (SettingError, ConfigurationError),
        (NestedLoopError, RuntimeError),
        (UnknownEventError, RuntimeError),
    ],
)
def test_mangum_users_catch_them(ours: type[Exception], theirs: type[Exception]) -> None:
    assert issubclass(ours, theirs)
    assert issubclass(ours, AdapterError)
