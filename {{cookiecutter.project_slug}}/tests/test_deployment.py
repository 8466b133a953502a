import importlib
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest
import structlog

from telemetry.schema import PLACEMENT, SERVICE
from tests.deployment import Deployment, deploy
from tests.events import Context, load
from tests.plotted import Series, plotted, published
from tests.rendering import Rendering

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from adapter import LifespanAdapter

NAMESPACE = "Support/Tickets"


@pytest.fixture(scope="module")
def stack(dynamodb: "DynamoDBClient") -> Deployment:
    """The stack in moto, which is in force as long as `dynamodb` lives."""
    return deploy(Rendering(MetricsNamespace=NAMESPACE, ServiceName="support"))


Start = Callable[..., "LifespanAdapter"]


@pytest.fixture
def start(stack: Deployment, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Import the handler that the function names anew, with the function's environment."""
    with ExitStack() as started:
        started.callback(structlog.reset_defaults)

        def start(**more: str) -> "LifespanAdapter":
            lambdas_own = {"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(stack.function["MemorySize"])}
            for name, value in (stack.environment | lambdas_own | more).items():
                monkeypatch.setenv(name, value)
            module, _, attribute = stack.function["Handler"].rpartition(".")
            monkeypatch.delitem(sys.modules, module, raising=False)
            handler: LifespanAdapter = getattr(importlib.import_module(module), attribute)
            return started.enter_context(handler)

        yield start


def records(printed: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in printed.splitlines()]


def of_ticket(event: str, ticket_id: str) -> dict[str, Any]:
    """A sample event, asking for another ticket."""
    sample = load(event)
    _, _, id_in_sample, *_ = sample["rawPath"].split("/")
    asking: dict[str, Any] = json.loads(json.dumps(sample).replace(id_in_sample, ticket_id))
    return asking


def test_function_is_as_told(stack: Deployment) -> None:
    assert stack.function["Runtime"] == "python3.13"
    assert stack.function["MemorySize"] == 1024
    assert stack.function["Timeout"] == 30
    assert stack.environment == {
        "TICKETS_TABLE": stack.table,
        "LIFESPAN_PLACEMENT": "init",
        "POWERTOOLS_SERVICE_NAME": "support",
        "POWERTOOLS_METRICS_NAMESPACE": NAMESPACE,
        "OTEL_SDK_DISABLED": "true",
        "LIFESPAN_WRITE_EVERY": "1",
        "LOG_LEVEL": "INFO",
    }


def test_table_is_as_told(stack: Deployment, dynamodb: "DynamoDBClient") -> None:
    table = dynamodb.describe_table(TableName=stack.table)["Table"]
    assert table["KeySchema"] == [{"AttributeName": "id", "KeyType": "HASH"}]
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"


def test_requests_reach_the_table(stack: Deployment, start: Start, dynamodb: "DynamoDBClient") -> None:
    handler = start()
    created = handler(load("create-ticket"), Context())
    ticket = json.loads(created["body"])
    read = handler(of_ticket("read-ticket", ticket["id"]), Context())

    stored = dynamodb.get_item(TableName=stack.table, Key={"id": {"S": ticket["id"]}})["Item"]
    assert (created["statusCode"], read["statusCode"]) == (201, 200)
    assert json.loads(read["body"]) == ticket
    assert stored["text"] == {"S": json.loads(load("create-ticket")["body"])["text"]}


def test_dashboard_plots_what_is_published(
    stack: Deployment, start: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    handler = start()
    created = handler(load("create-ticket"), Context())
    ticket_id = json.loads(created["body"])["id"]
    others = [handler(of_ticket("read-ticket", ticket_id), Context()) for _ in range(2)]
    ours = {series for series in plotted(stack.dashboard) if series.namespace == NAMESPACE}

    assert [response["statusCode"] for response in (created, *others)] == [201, 200, 200]
    assert ours
    assert ours - published(records(capsys.readouterr().out)) == set()


def test_experiment_publishes_by_arm(start: Start, capsys: pytest.CaptureFixture[str]) -> None:
    handler = start(LIFESPAN_EXPERIMENT="init=50,first_invocation=50", LIFESPAN_EXPERIMENT_SALT="x")
    assert handler(load("create-ticket"), Context())["statusCode"] == 201

    by_arm = Series(NAMESPACE, "InvocationDuration", frozenset({SERVICE, PLACEMENT}))
    assert by_arm in published(records(capsys.readouterr().out))


def test_dashboard_asks_its_log(stack: Deployment) -> None:
    queries = [
        widget["properties"]["query"] for widget in stack.dashboard["widgets"] if widget["type"] == "log"
    ]
    assert len(queries) == 3
    assert all(query.startswith(f"SOURCE '{stack.log_group}'") for query in queries)
