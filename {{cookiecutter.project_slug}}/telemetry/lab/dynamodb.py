"""A DynamoDB table on 127.0.0.1 for the function: moto, in a process of its own so as not to slow the lab.

`python -m telemetry.lab.dynamodb FILE` is that process. It says in one line of JSON where it serves, or what
is wrong, and ends when its stdin does, so that it never outlives the lab.
"""

import asyncio
import contextlib
import json
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final, cast

from telemetry.lab.platform.function import REGION
from telemetry.lab.platform.variables import clean_environ
from telemetry.lab.usage import UsageError

STARTS_WITHIN: Final = 180.0
"""Seconds."""
ENDS_WITHIN: Final = 3.0
"""Seconds."""
REQUIRED: Final = ("TableName", "KeySchema", "AttributeDefinitions")


@asynccontextmanager
async def dynamodb_server(definition: Path | None) -> AsyncIterator[dict[str, str]]:
    """Run a server that holds the defined table; yield the variables by which boto3 finds it.

    Raises:
        UsageError: The definition is unreadable, or DynamoDB refuses it.
    """
    if definition is None:
        yield {}
        return
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "telemetry.lab.dynamodb", str(definition)),
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
        answer = json.loads(line)
    except (TimeoutError, ValueError) as error:
        raise UsageError(
            "--table: the DynamoDB server did not start; is moto[dynamodb,server] installed?"
        ) from error
    if "error" in answer:
        raise UsageError(f"--table: {answer['error']}")
    return str(answer["endpoint"])


async def _end(process: Process) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(process.communicate(b""), ENDS_WITHIN)
    if process.returncode is None:
        process.kill()
        await process.wait()


def main(definition_file: str) -> int:
    """Serve one table until stdin ends; return the exit code."""
    try:
        definition = read_definition(Path(definition_file))
        endpoint = _serve()
        _create_table(definition, endpoint)
    except Exception as error:  # noqa: BLE001 # whatever it is, the lab shows it
        _answer({"error": f"{definition_file}: {error}"})
        return 1
    _answer({"endpoint": endpoint})
    sys.stdin.read()
    return 0


def read_definition(path: Path) -> dict[str, Any]:
    """Read the parameters of CreateTable, and `Items` to put into the table.

    Raises:
        ValueError: The file holds something else.
    """
    definition = json.loads(path.read_text(encoding="utf-8-sig"))
    if not isinstance(definition, dict) or not isinstance(definition.get("Items", []), list):
        raise ValueError('expected {"TableName": ..., "KeySchema": [...], ..., "Items": [...]}')  # noqa: TRY004
    missing = [name for name in REQUIRED if name not in definition]
    if missing:
        raise ValueError(f"the definition has no {', '.join(missing)}")
    return definition


def _serve() -> str:
    """Start moto on a free port; return its address."""
    from moto.server import ThreadedMotoServer  # noqa: PLC0415 - takes a second, in this process alone

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    return f"http://{host}:{port}"


def _create_table(definition: dict[str, Any], endpoint: str) -> None:
    import boto3  # noqa: PLC0415 - as above

    client = boto3.client("dynamodb", region_name=REGION, endpoint_url=endpoint)
    parameters = dict(definition)
    items = parameters.pop("Items", [])
    client.create_table(**parameters)
    for item in items:
        client.put_item(TableName=parameters["TableName"], Item=item)


def _answer(message: dict[str, str]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
