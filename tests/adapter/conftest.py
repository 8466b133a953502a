import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def outside_lambda(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever machine runs the tests, it is not Lambda."""
    for name in (
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
    ):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def inside_lambda(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As Lambda's Python 3.11 runtime starts a process, which gets no extension."""
    monkeypatch.setenv("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9")
    monkeypatch.setenv("AWS_EXECUTION_ENV", "AWS_Lambda_python3.11")
    monkeypatch.setenv("AWS_LAMBDA_LOG_STREAM_NAME", "2026/11/24/[$LATEST]0123456789abcdef")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    # As if this process had just begun: it may have run for minutes, and INIT's budget counts from there.
    monkeypatch.setattr("adapter.process.identity.process_began_ns", time.time_ns)


@pytest.fixture
def current_loop() -> Iterator[None]:
    """A loop for Mangum itself, which takes the current one and closes none."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield
    asyncio.set_event_loop(None)
    loop.close()
