import base64
import importlib
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
import structlog
from openpyxl import load_workbook

from tests.events import Context, load

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from adapter import LifespanAdapter

Start = Callable[..., "LifespanAdapter"]
INSIDE_LAMBDA = {"AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9", "AWS_EXECUTION_ENV": "AWS_Lambda_python3.11"}
"""The placement counts only there. With this runtime no extension is registered: the port is not used."""


@pytest.fixture
def start(dynamodb: "DynamoDBClient", table: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Import `service.handler` anew, as a fresh environment does."""
    with ExitStack() as started:
        started.callback(structlog.reset_defaults)

        def start(**variables: str) -> "LifespanAdapter":
            monkeypatch.setenv("TICKETS_TABLE", table)
            monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "tickets")
            monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Test")
            for name, value in variables.items():
                monkeypatch.setenv(name, value)
            monkeypatch.delitem(sys.modules, "service.handler", raising=False)
            handler: LifespanAdapter = importlib.import_module("service.handler").handler
            return started.enter_context(handler)

        yield start


def records(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines()]


def of_kind(kind: str, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [line for line in lines if line.get("record") == kind]


def test_event_reaches_table(start: Start, dynamodb: "DynamoDBClient", table: str) -> None:
    response = start()(load("create-ticket"), Context())

    ticket = json.loads(response["body"])
    stored = dynamodb.get_item(TableName=table, Key={"id": {"S": ticket["id"]}})["Item"]
    assert response["statusCode"] == 201
    assert response["headers"]["x-request-id"] == Context().aws_request_id
    assert stored["text"] == {"S": json.loads(load("create-ticket")["body"])["text"]}
    assert stored["language"] == {"S": "en"}


def test_seeded_ticket_read(start: Start) -> None:
    response = start()(load("read-ticket"), Context())

    assert response["statusCode"] == 200
    assert json.loads(response["body"])["id"] in load("read-ticket")["rawPath"]


def test_workbook_survives_gateway(start: Start) -> None:
    response = start()(load("export-ticket"), Context())

    workbook = load_workbook(BytesIO(base64.b64decode(response["body"])))
    assert (response["statusCode"], response["isBase64Encoded"]) == (200, True)
    assert workbook.worksheets[0]["A2"].value in load("export-ticket")["rawPath"]


def test_records_tell_use(start: Start, capsys: pytest.CaptureFixture[str]) -> None:
    handler = start()
    for name in ("create-ticket", "read-ticket", "export-ticket"):
        handler(load(name), Context())

    lines = records(capsys.readouterr().out)
    (startup,) = of_kind("startup", lines)
    assert startup["state_keys"] == ["model", "tickets", "exporter"]
    assert [line["resource"] for line in of_kind("resource", lines)] == startup["state_keys"]
    assert [(line["status"], line["touched"]) for line in of_kind("invocation", lines)] == [
        (201, {"model": 1, "tickets": 1}),
        (200, {"tickets": 1}),
        (200, {"tickets": 1, "exporter": 1}),
    ]


def test_created_ticket_is_metric(start: Start, capsys: pytest.CaptureFixture[str]) -> None:
    handler = start()
    handler(load("create-ticket"), Context())
    handler(load("read-ticket"), Context())

    (line,) = [line for line in records(capsys.readouterr().out) if "TicketsCreated" in line]
    (published,) = line["_aws"]["CloudWatchMetrics"]
    assert line["TicketsCreated"] == [1]
    assert published["Namespace"] == "Test"
    assert published["Metrics"] == [{"Name": "TicketsCreated", "Unit": "Count"}]


@pytest.mark.parametrize(
    ("placement", "startups"), [("init", 1), ("first_invocation", 1), ("every_invocation", 2)]
)
def test_placement_is_obeyed(
    start: Start, capsys: pytest.CaptureFixture[str], placement: str, startups: int
) -> None:
    handler = start(LIFESPAN_PLACEMENT=placement, **INSIDE_LAMBDA)
    for _ in range(2):
        assert handler(load("read-ticket"), Context())["statusCode"] == 200

    assert len(of_kind("startup", records(capsys.readouterr().out))) == startups


@pytest.mark.parametrize("table", ["tickets", "nowhere"])
def test_nothing_private_printed(start: Start, capfd: pytest.CaptureFixture[str], table: str) -> None:
    event = load("create-ticket")
    event["rawQueryString"] = "token=CANARY"
    event["headers"] |= {
        "authorization": "Bearer CANARY",
        "x-request-id": "CANARY",
        "cookie": "session=CANARY",
    }
    event["body"] = json.dumps(
        {"text": "CANARY has not worked since the update on Tuesday.", "CANARY": "CANARY"}
    )
    malformed = load("read-ticket")
    malformed["rawPath"] = malformed["requestContext"]["http"]["path"] = "/tickets/CANARY"
    broken = {**event, "body": '{"text": CANARY'}

    handler = start()
    statuses = [handler(event, Context())["statusCode"] for event in (event, malformed, broken)]

    output = capfd.readouterr()
    assert statuses == [201 if table == "tickets" else 503, 422, 422]
    assert of_kind("invocation", records(output.out))
    assert "CANARY" not in output.out + output.err
