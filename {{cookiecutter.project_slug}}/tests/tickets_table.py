"""The tickets' table outside of AWS: same keys as in template.yaml, and a few tickets in it."""

import json
from typing import TYPE_CHECKING, Any

from tests.events import EVENTS

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def definition() -> dict[str, Any]:
    """Return parameters of `create_table`, and `Items` to put into it."""
    content: dict[str, Any] = json.loads((EVENTS / "tickets-table.json").read_text(encoding="utf-8"))
    return content


def create(client: "DynamoDBClient") -> str:
    """Create and fill the table; return its name."""
    parameters = definition()
    items = parameters.pop("Items")
    client.create_table(**parameters)
    name: str = parameters["TableName"]
    for item in items:
        client.put_item(TableName=name, Item=item)
    return name
