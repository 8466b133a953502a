"""A function that sends spans over HTTP, in a process under the real runtime client: what comes first."""

import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from telemetry.lab.platform.process import FunctionProcess
from telemetry.lab.platform.runtime_api import Event, InvocationResponse
from telemetry.lab.platform.variables import clean_environ
from tests.telemetry.export import otlp_endpoint as otlp
from tests.telemetry.on_lambda import event

FUNCTION = """
import os
from adapter import LifespanAdapter
from telemetry import Telemetry

async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        for kind in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{kind}.complete"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"x" * 100_000})

telemetry = Telemetry.from_env(os.environ)
adapter = LifespanAdapter(telemetry.traced(app), **telemetry.hooks)

def handler(event, context):
    return "pong" if event == "ping" else adapter(event, context)
"""
PATIENCE_S = 60.0


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@dataclass
class Function:
    process: FunctionProcess
    lines: list[dict[str, Any]] = field(default_factory=list)
    sent: int = 0

    async def answer(self, body: Any = None, seconds: float = PATIENCE_S) -> InvocationResponse:
        """Send an event, and wait for its response."""
        self.sent += 1
        deadline_ms = int((time.time() + seconds) * 1000)
        text = json.dumps(event("/") if body is None else body).encode()
        trace = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"
        return await self.process.invoke(Event(f"r-{self.sent}", "arn", trace, text, deadline_ms), PATIENCE_S)

    async def idle(self) -> float:
        """When the next event could have been sent."""
        return await self.process.wait_until_idle(PATIENCE_S)

    async def end(self) -> dict[str, Any]:
        """End it as Lambda does; its last record."""
        await self.process.terminate(PATIENCE_S)
        [last] = [line for line in self.lines if line.get("record") == "end"]
        return last


@asynccontextmanager
async def function(folder: Path, url: str, **variables: str) -> AsyncIterator[Function]:
    (folder / "function.py").write_text(FUNCTION, encoding="utf-8")
    lines: list[dict[str, Any]] = []

    def write(data: bytes) -> None:
        lines.extend(json.loads(line) for line in data.splitlines() if line.startswith(b"{"))

    environ = {
        **clean_environ([folder, Path.cwd()]),
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
        "AWS_LAMBDA_FUNCTION_NAME": "f",
        "AWS_LAMBDA_FUNCTION_VERSION": "1",
        "AWS_LAMBDA_LOG_STREAM_NAME": "2026/01/01/[1]abc",
        "_HANDLER": "function.handler",
        "OTEL_EXPORTER_OTLP_ENDPOINT": url,
        **variables,
    }
    with (folder / "log.txt").open("wb") as log:
        command = (sys.executable, "-m", "awslambdaric", environ["_HANDLER"])
        process = await FunctionProcess.start(command, environ, folder, log, write)
        try:
            await process.wait_for_init(PATIENCE_S)
            yield Function(process, lines)
        finally:
            await process.terminate(0)


@pytest.mark.anyio
async def test_response_leaves_before_anyone_connects(tmp_path: Path) -> None:
    with otlp.listening() as endpoint:
        async with function(tmp_path, endpoint.url) as running:
            for turn in range(1, 4):
                answer = await running.answer()
                idle = await running.idle()
                assert len(endpoint.connected) == turn
                assert answer.at < endpoint.connected[-1] < idle
                assert "f" in endpoint.received[-1].names
        assert "asgi.lifespan.startup" in endpoint.received[0].names


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("answer", "attempts"),
    [(otlp.hang, 2), (otlp.drip, 2), (otlp.close, 2), (otlp.status(500), 2)],
    ids=["hangs", "drips", "closes", "500"],
)
async def test_bad_endpoint_costs_spans_only(tmp_path: Path, answer: otlp.Answer, attempts: int) -> None:
    with otlp.listening(answer) as endpoint:
        async with function(tmp_path, endpoint.url) as running:
            for _ in range(3):
                response = await running.answer()
                assert json.loads(response.body)["statusCode"] == 200
                await running.idle()
                assert all(response.at < at for at in endpoint.connected[running.sent - 1 :])
            assert not endpoint.over.is_set()  # it would have gone on forever
            assert len(endpoint.received) == attempts
            end = await running.end()
        # Two spans of the startup's trace and three invocations; the shutdown's is the last to be lost.
        assert end["dropped_spans"] == 1 + 3 + 1
        assert end["faults"] >= 1


@pytest.mark.anyio
async def test_nobody_listening_costs_spans_only(tmp_path: Path) -> None:
    with otlp.listening() as endpoint:
        url = endpoint.url
    async with function(tmp_path, url) as running:
        for _ in range(2):
            assert json.loads((await running.answer()).body)["statusCode"] == 200
            await running.idle()
        assert (await running.end())["dropped_spans"] == 1 + 2 + 1


@pytest.mark.anyio
async def test_little_time_is_not_touched(tmp_path: Path) -> None:
    with otlp.listening() as endpoint:
        async with function(tmp_path, endpoint.url) as running:
            await running.answer(seconds=0.15)
            await running.idle()
            assert endpoint.connected == []
            await running.answer()
            await running.idle()
            assert endpoint.received[-1].names.count("f") == 2


@pytest.mark.anyio
async def test_event_that_is_not_ours_holds_nothing_up(tmp_path: Path) -> None:
    with otlp.listening() as endpoint:
        async with function(tmp_path, endpoint.url) as running:
            assert (await running.answer("ping")).body == b'"pong"'
            await running.idle()
            assert endpoint.connected == []
            await running.answer()
            await running.idle()
            assert len(endpoint.connected) == 1


@pytest.mark.anyio
async def test_sigterm_sends_the_rest(tmp_path: Path) -> None:
    with otlp.listening() as endpoint:
        async with function(tmp_path, endpoint.url, LIFESPAN_FLUSH_EVERY="50") as running:
            for _ in range(3):
                await running.answer()
                await running.idle()
            assert endpoint.received == []
            assert (await running.end())["dropped_spans"] == 0
    [received] = endpoint.received
    assert received.names.count("f") == 3
    assert {"asgi.lifespan.startup", "asgi.lifespan.shutdown"} < set(received.names)


@pytest.mark.anyio
async def test_without_an_endpoint_no_event_is_asked_for(tmp_path: Path) -> None:
    async with function(tmp_path, "") as running:
        await running.answer()
        await running.idle()
        assert len(running.process.api.extensions) == 1
        assert not running.process.api.extensions.any_for_invoke
