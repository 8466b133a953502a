"""A cold start through each stack: a fresh process of the runtime client, up to its first response."""

import asyncio
import json
import os
import random
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO, Final, NamedTuple

from bench.artifacts import artifacts
from bench.child import Context
from bench.function import EVENT, PYTHON, environ
from bench.spread import spread
from bench.stacks import BOOK, STACKS, STOCK, UDP
from telemetry.lab.platform.process import ChildProcess
from telemetry.lab.platform.runtime_api import Event, RuntimeApi

COMPARED: Final = (STOCK, "adapter", "ours-no-spans", UDP, BOOK)
WITHIN_S: Final = 60.0


class Cold(NamedTuple):
    """Milliseconds from the start of the process."""

    init: float
    """Until it asked for an event."""
    response: float
    """Until its first response was there; it had the event as soon as it asked."""


def measure(apps: Sequence[str], repetitions: int, seed: int = 7) -> list[dict[str, Any]]:
    """One row for each app, artifact and stack, all of them taking turns in an order by chance."""
    return asyncio.run(_measure(apps, repetitions, random.Random(seed)))  # noqa: S311 - no secret


async def _measure(apps: Sequence[str], repetitions: int, order: random.Random) -> list[dict[str, Any]]:
    with artifacts() as folders, Path(os.devnull).open("wb") as nowhere:  # noqa: ASYNC230 - it blocks nobody
        cases = [(app, kind, stack) for app in apps for kind in folders for stack in COMPARED]
        found: dict[tuple[str, str, str], list[Cold]] = {case: [] for case in cases}
        for app, kind, stack in cases:
            await start(stack, app, folders[kind], nowhere)  # the files are read once before it counts
        for _ in range(repetitions):
            for app, kind, stack in order.sample(cases, len(cases)):
                found[app, kind, stack].append(await start(stack, app, folders[kind], nowhere))
    return [_row(case, found) for case in cases]


def _row(case: tuple[str, str, str], found: Mapping[tuple[str, str, str], Sequence[Cold]]) -> dict[str, Any]:
    app, kind, stack = case
    stock = found[app, kind, STOCK]
    more = [cold.response - other.response for cold, other in zip(found[case], stock, strict=True)]
    return {
        "app": app,
        "artifact": kind,
        "stack": stack,
        "label": STACKS[stack].label,
        "init_ms": spread([cold.init for cold in found[case]])._asdict(),
        "response_ms": spread([cold.response for cold in found[case]])._asdict(),
        "more_than_stock_ms": spread(more)._asdict(),
    }


async def start(stack: str, app: str, artifact: Path, log: BinaryIO) -> Cold:
    """Run one process up to its first response."""
    with TemporaryDirectory() as folder:
        return await _started(stack, app, artifact, log, Path(folder))


async def _started(stack: str, app: str, artifact: Path, log: BinaryIO, folder: Path) -> Cold:
    handler = "bench.cold_handler.handler"
    api = RuntimeApi({"functionName": "bench", "functionVersion": "$LATEST", "handler": handler})
    variables = {
        "AWS_LAMBDA_RUNTIME_API": await api.listen(),
        "AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:9",
        "PYTHONPATH": str(artifact),
        "PYTHONDONTWRITEBYTECODE": "1",
        "BENCH_STACK": stack,
        "BENCH_APP": app,
        "_HANDLER": handler,
    }
    # Without `site` nothing is importable but the artifact: as on Lambda, its folder is all there is.
    command = (str(PYTHON), "-S", "-m", "awslambdaric", handler)
    process = await ChildProcess.start(command, {**environ(stack), **variables}, folder, log, lambda _: None)
    try:
        init = (await process.wait_for(api.ready, WITHIN_S) - process.started_at) * 1000
        trace = STACKS[stack].environ.get("_X_AMZN_TRACE_ID", "")
        event = Event(
            "r-1",
            Context.invoked_function_arn,
            trace,
            EVENT.read_bytes(),
            int((time.time() + WITHIN_S) * 1000),
        )
        answer = await process.wait_for(api.invoke(event), WITHIN_S)
        if answer.error_type or json.loads(answer.body)["statusCode"] != 200:
            raise RuntimeError(f"{stack} answered {answer}")
        return Cold(init, (answer.at - process.started_at) * 1000)
    finally:
        await process.terminate(0)
        api.close()
