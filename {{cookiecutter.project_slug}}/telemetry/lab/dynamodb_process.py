"""The process behind `table`: serves DynamoDB until its stdin ends.

Says in one line of JSON where, or what is wrong.
"""

import json
import sys
from pathlib import Path
from typing import Any, Final

import boto3
from moto.server import ThreadedMotoServer

from telemetry.lab.run.settings import REGION

REQUIRED: Final = ("TableName", "KeySchema", "AttributeDefinitions")


def main(definition_file: str) -> int:
    """Serve one table; return the exit code."""
    try:
        definition = read_definition(Path(definition_file))
        endpoint = serve()
        create(definition, endpoint)
    except Exception as error:  # noqa: BLE001 # whatever it is, the lab shows it
        say({"error": f"{definition_file}: {error}"})
        return 1
    say({"endpoint": endpoint})
    sys.stdin.read()
    return 0


def read_definition(path: Path) -> dict[str, Any]:
    """Read the parameters of CreateTable, and `Items` to put into it.

    Raises:
        ValueError: it is something else.
    """
    definition = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(definition, dict) or not isinstance(definition.get("Items", []), list):
        raise ValueError('expected {"TableName": ..., "KeySchema": [...], ..., "Items": [...]}')  # noqa: TRY004
    missing = [name for name in REQUIRED if name not in definition]
    if missing:
        raise ValueError(f"a table without {', '.join(missing)}")
    return definition


def serve() -> str:
    """Start moto on a free loopback port; return its address."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    return f"http://{host}:{port}"


def create(definition: dict[str, Any], endpoint: str) -> None:
    """Create the table and fill it."""
    client = boto3.client("dynamodb", region_name=REGION, endpoint_url=endpoint)
    parameters = dict(definition)
    items = parameters.pop("Items", [])
    client.create_table(**parameters)
    for item in items:
        client.put_item(TableName=parameters["TableName"], Item=item)


def say(message: dict[str, str]) -> None:
    """Tell the lab."""
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
