"""Keeps tickets in a DynamoDB table."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final, Self

import structlog
from boto3.session import Session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from service.errors import TicketNotFoundError, TicketsUnavailableError
from service.models import Ticket

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

# At worst 2 * (1 + 2) seconds and a short pause: far within the function's timeout, so that a caller gets a
# 503 with a reason and not a timeout. A healthy table answers in milliseconds.
_CONFIG: Final = Config(
    connect_timeout=1,
    read_timeout=2,
    retries={"mode": "standard", "total_max_attempts": 2},
    tcp_keepalive=True,
)
_NOBODYS_ID: Final = "-"
"""No ticket has it, for it is no ticket id."""

log = structlog.get_logger()


class TicketStore:
    """One table of tickets, keyed by id."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    @classmethod
    def connect(cls, table: str) -> Self:
        """Make a client and open its connection with one cheap read, so that no request pays for that.

        A table that cannot be reached is no reason to fail: the client connects by itself once it can, each
        request says 503 until then, and a short outage does not send every new environment into a crash loop.
        """
        # A session of its own: boto3's default one would outlive this startup.
        store = cls(Session().client("dynamodb", config=_CONFIG), table)
        with suppress(TicketNotFoundError, TicketsUnavailableError):
            store.get(_NOBODYS_ID)
        return store

    def put(self, ticket: Ticket) -> None:
        """Store a new ticket, wholly or not at all; raise `TicketsUnavailableError`."""
        item = _item_of(ticket)
        with _answering():
            try:
                self._client.put_item(
                    TableName=self._table,
                    Item=item,
                    ConditionExpression="attribute_not_exists(id)",
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
            except self._client.exceptions.ConditionalCheckFailedException as error:
                # A first try whose answer was lost, and boto3 tried again: then the ticket is there already.
                if error.response.get("Item") != item:
                    raise

    def get(self, ticket_id: str) -> Ticket:
        """Read a ticket; raise `TicketNotFoundError` or `TicketsUnavailableError`."""
        with _answering():
            # Consistent, so that whoever follows a new ticket's `location` finds it.
            answer = self._client.get_item(
                TableName=self._table, Key={"id": {"S": ticket_id}}, ConsistentRead=True
            )
        if "Item" not in answer:
            raise TicketNotFoundError("There is no ticket with this id.")
        return _ticket_of(answer["Item"])

    def close(self) -> None:
        """Close the connections; the store is of no use afterwards."""
        self._client.close()


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        code = error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
        # The code only: an error's text can quote the request.
        log.warning("tickets_unavailable", error=code)
        raise TicketsUnavailableError("Tickets cannot be reached at the moment; try again soon.") from error


def _item_of(ticket: Ticket) -> "dict[str, AttributeValueTypeDef]":
    return {
        "id": {"S": ticket.id},
        "text": {"S": ticket.text},
        "language": {"S": ticket.language},
        "confidence": {"N": str(ticket.confidence)},
        "created_at": {"S": ticket.created_at.isoformat()},
    }


def _ticket_of(item: "Mapping[str, AttributeValueTypeDef]") -> Ticket:
    values: dict[str, Any] = {name: value.get("S", value.get("N")) for name, value in item.items()}
    return Ticket.model_validate(values)
