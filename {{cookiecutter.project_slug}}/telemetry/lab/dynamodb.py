"""A DynamoDB on loopback for the function: moto, in a process of its own so as not to slow the lab."""

import asyncio
import contextlib
import json
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final, cast

from telemetry.lab.platform.variables import clean_environ
from telemetry.lab.run.settings import UsageError

STARTS_WITHIN: Final = 60.0
"""Seconds."""
ENDS_WITHIN: Final = 3.0


@asynccontextmanager
async def table_server(definition: Path | None) -> AsyncIterator[dict[str, str]]:
    """Run a server that holds the defined table; yield the variables by which boto3 finds it.

    Raises:
        UsageError: the definition is unreadable, or DynamoDB refuses it.
    """
    if definition is None:
        yield {}
        return
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "telemetry.lab.dynamodb_process", str(definition)),
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        env=clean_environ(),
        start_new_session=True,
    )
    try:
        yield {"AWS_ENDPOINT_URL_DYNAMODB": await _endpoint(process)}
    finally:
        await _end(process)


async def _endpoint(process: Process) -> str:
    stdout = cast("asyncio.StreamReader", process.stdout)
    try:
        line = await asyncio.wait_for(stdout.readline(), STARTS_WITHIN)
        said = json.loads(line)
    except (TimeoutError, ValueError) as error:
        raise UsageError(
            "--table: the DynamoDB server did not start; is moto[dynamodb,server] installed?"
        ) from error
    if "error" in said:
        raise UsageError(f"--table: {said['error']}")
    return str(said["endpoint"])


async def _end(process: Process) -> None:
    with contextlib.suppress(TimeoutError):
        # The end of its stdin ends it, as the death of the lab would.
        await asyncio.wait_for(process.communicate(b""), ENDS_WITHIN)
    if process.returncode is None:
        process.kill()
        await process.wait()
