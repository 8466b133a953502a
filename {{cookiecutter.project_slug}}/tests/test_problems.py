import socket
from types import SimpleNamespace

import pytest
from fastapi.testclient import TestClient
from starlette.types import Receive, Scope, Send

from service.app import create_app

UNKNOWN = "0" * 32


@pytest.fixture
def nobody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    """DynamoDB's endpoint is a port that refuses connections."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", url)


@pytest.mark.usefixtures("nobody_listens")
def test_unreachable_table_503() -> None:
    counted: list[str] = []

    def count(name: str, value: float = 1, unit: str = "Count") -> None:
        counted.append(name)

    with TestClient(create_app({"TICKETS_TABLE": "tickets"}, count)) as client:
        response = client.post("/tickets", json={"text": "CANARY"})

    assert (response.status_code, counted) == (503, [])
    assert response.json() == {
        "reason": "Tickets cannot be reached at the moment; try again soon.",
        "request_id": response.headers["x-request-id"],
    }
    assert response.headers["retry-after"] == "1"


def test_missing_table_503(table: str) -> None:
    with TestClient(create_app({"TICKETS_TABLE": f"{table}-elsewhere"})) as client:
        responses = [client.get(f"/tickets/{UNKNOWN}"), client.post("/tickets", json={"text": "Hello"})]

    assert [response.status_code for response in responses] == [503, 503]


@pytest.mark.parametrize("path", ["/tickets/1", f"/tickets/{UNKNOWN}", "/nowhere", "/openapi.json"])
def test_every_answer_has_id(client: TestClient, path: str) -> None:
    response = client.get(path, headers={"x-request-id": "forged"})

    (request_id,) = response.headers.get_list("x-request-id")
    assert request_id != "forged"
    assert response.json().get("request_id", request_id) == request_id


def test_ids_differ(client: TestClient) -> None:
    ids = {client.get("/tickets/1").headers["x-request-id"] for _ in range(3)}

    assert len(ids) == 3


def test_id_is_lambdas() -> None:
    app = create_app({})

    async def on_lambda(scope: Scope, receive: Receive, send: Send) -> None:
        scope["aws.context"] = SimpleNamespace(aws_request_id="8f5c3a2e")
        await app(scope, receive, send)

    response = TestClient(on_lambda).get("/nowhere")

    assert response.headers["x-request-id"] == response.json()["request_id"] == "8f5c3a2e"


def test_unexpected_error_500() -> None:
    app = create_app({})

    @app.get("/broken")
    async def broken() -> None:
        raise ValueError("CANARY")

    response = TestClient(app, raise_server_exceptions=False).get("/broken")

    assert response.status_code == 500
    assert response.json() == {
        "reason": "Something went wrong on our side.",
        "request_id": response.headers["x-request-id"],
    }


def test_wrong_method_405(client: TestClient) -> None:
    response = client.delete("/tickets")

    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    assert response.json()["reason"] == "Method Not Allowed"


def test_problems_are_documented(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]

    shapes = {
        status: response["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        for status, response in paths["/tickets/{ticket_id}/export"]["get"]["responses"].items()
        if status != "200"
    }
    assert shapes == {"404": "Problem", "422": "Problem", "503": "Problem"}
