import importlib
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest
from moto import mock_aws

from telemetry.schema import PLACEMENT, SERVICE
from tests.deployment import Deployment, deploy
from tests.events import EVENTS, Context, load
from tests.plotted import Series, plotted, published
from tests.rendering import Rendering

if TYPE_CHECKING:
    from adapter import LifespanAdapter

NAMESPACE = "Own/Service"
REQUESTS = sorted(path.stem for path in EVENTS.glob("*.json"))
"""Every event of the folder is asked: what you put there is tried here."""
INSIDE_LAMBDA = {"AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9", "AWS_EXECUTION_ENV": "AWS_Lambda_python3.11"}
"""The placement counts only there. With this runtime no extension is registered: the port is not used."""

Start = Callable[..., "LifespanAdapter"]


@pytest.fixture(scope="module")
def stack() -> Iterator[Deployment]:
    """The stack in moto."""
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        patch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
        patch.delenv("AWS_ENDPOINT_URL", raising=False)
        yield deploy(Rendering(MetricsNamespace=NAMESPACE, ServiceName="service"))


@pytest.fixture
def start(stack: Deployment, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Import the handler that the function names anew, with the function's environment."""
    with ExitStack() as started:

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


def ask(handler: "LifespanAdapter") -> list[int]:
    """The status of each request's response."""
    return [handler(load(name), Context())["statusCode"] for name in REQUESTS]


def test_function_is_as_told(stack: Deployment) -> None:
    assert stack.function["Runtime"] == "python3.13"
    assert stack.function["MemorySize"] == 1024
    assert stack.function["Timeout"] == 30
    assert stack.environment == {
        "LIFESPAN_PLACEMENT": "init",
        "POWERTOOLS_SERVICE_NAME": "service",
        "POWERTOOLS_METRICS_NAMESPACE": NAMESPACE,
        "OTEL_SDK_DISABLED": "true",
        "LIFESPAN_WRITE_EVERY": "1",
        "LOG_LEVEL": "INFO",
    }


def test_requests_are_answered(start: Start) -> None:
    assert [status for status in ask(start()) if status >= 400] == []


def test_dashboard_plots_what_is_published(
    stack: Deployment, start: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    handler = start()
    for _ in range(3):
        ask(handler)
    ours = {series for series in plotted(stack.dashboard) if series.namespace == NAMESPACE}

    assert ours
    assert ours - published(records(capsys.readouterr().out)) == set()


def test_experiment_publishes_by_arm(start: Start, capsys: pytest.CaptureFixture[str]) -> None:
    ask(start(LIFESPAN_EXPERIMENT="init=50,first_invocation=50", LIFESPAN_EXPERIMENT_SALT="x"))

    by_arm = Series(NAMESPACE, "InvocationDuration", frozenset({SERVICE, PLACEMENT}))
    assert by_arm in published(records(capsys.readouterr().out))


@pytest.mark.parametrize("placement", ["init", "first_invocation"])
def test_startup_runs_once(start: Start, capsys: pytest.CaptureFixture[str], placement: str) -> None:
    handler = start(LIFESPAN_PLACEMENT=placement, **INSIDE_LAMBDA)
    for _ in range(2):
        ask(handler)

    startups = [line for line in records(capsys.readouterr().out) if line.get("record") == "startup"]
    assert [startup["placement"] for startup in startups] == [placement]


def test_dashboard_asks_its_log(stack: Deployment) -> None:
    queries = [
        widget["properties"]["query"] for widget in stack.dashboard["widgets"] if widget["type"] == "log"
    ]
    assert len(queries) == 3
    assert all(query.startswith(f"SOURCE '{stack.log_group}'") for query in queries)
