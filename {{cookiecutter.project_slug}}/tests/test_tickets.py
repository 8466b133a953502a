from collections.abc import Mapping
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook

from service.app import create_app
from service.models import MAX_TEXT
from tests import tickets_table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SEEDED = [item["id"]["S"] for item in tickets_table.definition()["Items"]]
UNKNOWN = "0" * 32


def create(client: TestClient, text: str) -> dict[str, Any]:
    response = client.post("/tickets", json={"text": text})
    assert response.status_code == 201
    ticket: dict[str, Any] = response.json()
    return ticket


def test_create_stores_ticket(client: TestClient, dynamodb: "DynamoDBClient", table: str) -> None:
    response = client.post("/tickets", json={"text": "  Mein Drucker druckt seit gestern nicht mehr.\n"})

    ticket = response.json()
    stored = dynamodb.get_item(TableName=table, Key={"id": {"S": ticket["id"]}})["Item"]
    assert response.status_code == 201
    assert response.headers["location"] == f"/tickets/{ticket['id']}"
    assert (ticket["text"], ticket["language"]) == ("Mein Drucker druckt seit gestern nicht mehr.", "de")
    assert stored["text"] == {"S": ticket["text"]}
    assert stored["language"] == {"S": "de"}
    assert float(stored["confidence"]["N"]) == ticket["confidence"]


def test_read_after_create(client: TestClient) -> None:
    ticket = create(client, "注文した商品がまだ届きません。")

    response = client.get(f"/tickets/{ticket['id']}")

    assert response.status_code == 200
    assert response.json() == ticket


@pytest.mark.parametrize("ticket_id", SEEDED)
def test_seeded_tickets_read(client: TestClient, ticket_id: str) -> None:
    response = client.get(f"/tickets/{ticket_id}")

    assert response.json()["id"] == ticket_id


def test_export_is_workbook(client: TestClient) -> None:
    ticket = create(client, '=HYPERLINK("http://example.com", "Bitte hier klicken, um sich anzumelden")')

    response = client.get(f"/tickets/{ticket['id']}/export")

    sheet = load_workbook(BytesIO(response.content)).worksheets[0]
    assert response.status_code == 200
    assert f'filename="ticket-{ticket["id"]}.xlsx"' in response.headers["content-disposition"]
    assert sheet["A2"].value == ticket["id"]
    assert (sheet["E2"].value, sheet["E2"].data_type) == (ticket["text"], "s")


@pytest.mark.parametrize("path", [f"/tickets/{UNKNOWN}", f"/tickets/{UNKNOWN}/export"])
def test_unknown_ticket_404(client: TestClient, path: str) -> None:
    response = client.get(path)

    assert response.status_code == 404
    assert response.json()["reason"] == "There is no ticket with this id."


@pytest.mark.parametrize(
    "ticket_id", ["1", UNKNOWN[:-1], UNKNOWN + "0", UNKNOWN[:-1] + "G", UNKNOWN + "%0A", "-"]
)
def test_malformed_id_422(client: TestClient, ticket_id: str) -> None:
    response = client.get(f"/tickets/{ticket_id}")

    assert response.status_code == 422
    assert response.json()["reason"].startswith("ticket_id: ")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"text": ""}, "text: String should have at least 1 character"),
        ({"text": " \t\n"}, "text: String should have at least 1 character"),
        ({"text": "x" * (MAX_TEXT + 1)}, f"text: String should have at most {MAX_TEXT} characters"),
        ({"text": 7}, "text: Input should be a valid string"),
        ({}, "text: Field required"),
    ],
)
def test_bad_text_422(client: TestClient, body: Mapping[str, object], reason: str) -> None:
    response = client.post("/tickets", json=body)

    assert (response.status_code, response.json()["reason"]) == (422, reason)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"text": CANARY', 422),
        (b'["CANARY"]', 422),
        (b'{"text": {"CANARY": "CANARY"}}', 422),
        (b'{"CANARY": "CANARY"}', 422),
        (b'{"text": "CANARY \\ud800"}', 422),
        (b'{"text": "CANARY \xff"}', 400),
        (b"", 422),
    ],
)
def test_errors_never_echo(client: TestClient, body: bytes, status: int) -> None:
    response = client.post("/tickets", content=body, headers={"content-type": "application/json"})

    assert response.status_code == status
    assert response.json()["reason"]
    assert "CANARY" not in response.text


def test_longest_text_kept(client: TestClient) -> None:
    ticket = create(client, "語" * MAX_TEXT)

    assert client.get(f"/tickets/{ticket['id']}").json()["text"] == "語" * MAX_TEXT


def test_created_tickets_counted(table: str) -> None:
    counted: list[tuple[str, float, str]] = []

    def count(name: str, value: float = 1, unit: str = "Count") -> None:
        counted.append((name, value, unit))

    with TestClient(create_app({"TICKETS_TABLE": table}, count)) as client:
        client.post("/tickets", json={"text": ""})
        client.get(f"/tickets/{UNKNOWN}")
        create(client, "Where is my parcel?")

    assert counted == [("TicketsCreated", 1, "Count")]
