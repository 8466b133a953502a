from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from structlog.testing import capture_logs

from service.errors import TicketNotFoundError, TicketsUnavailableError
from service.models import Ticket
from service.ticket_store import TicketStore

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.fixture
def store(dynamodb: "DynamoDBClient", table: str) -> TicketStore:
    return TicketStore(dynamodb, table)


@pytest.fixture
def ticket() -> Ticket:
    return Ticket(id=uuid4().hex, text="สวัสดี", language="th", confidence=0.9876, created_at=datetime.now(UTC))


def test_put_then_get(store: TicketStore, ticket: Ticket) -> None:
    store.put(ticket)

    assert store.get(ticket.id) == ticket


def test_unknown_id(store: TicketStore) -> None:
    with pytest.raises(TicketNotFoundError):
        store.get("0" * 32)


def test_repeated_put_succeeds(store: TicketStore, ticket: Ticket) -> None:
    store.put(ticket)
    store.put(ticket)

    assert store.get(ticket.id) == ticket


def test_put_never_overwrites(store: TicketStore, ticket: Ticket) -> None:
    store.put(ticket)

    with pytest.raises(TicketsUnavailableError):
        store.put(ticket.model_copy(update={"text": "other"}))

    assert store.get(ticket.id) == ticket


def test_missing_table_unavailable(dynamodb: "DynamoDBClient", ticket: Ticket) -> None:
    store = TicketStore(dynamodb, "nowhere")

    with capture_logs() as logs, pytest.raises(TicketsUnavailableError):
        store.put(ticket)

    assert logs == [
        {"event": "tickets_unavailable", "log_level": "warning", "error": "ResourceNotFoundException"}
    ]
