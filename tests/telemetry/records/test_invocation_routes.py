"""The record of an invocation names its route by the template, never by the path."""

import json

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from adapter.facts import EnvironmentEnded
from telemetry.pipeline import Telemetry
from tests.telemetry.facts import T0, S, answered, invoked, started
from tests.telemetry.harness import Harness, request


def routed(path: str, template: str) -> Harness:
    """After two requests."""
    harness = Harness()
    harness.observe(started())
    app = Starlette(routes=[Route(template, lambda _: PlainTextResponse("ok"))])
    for index in (1, 2):
        harness.serve(app, path, index)
    return harness


@pytest.mark.parametrize("disabled", ["true", "false"], ids=["no spans", "spans"])
def test_route_is_the_template(disabled: str) -> None:
    out: list[str] = []
    environ = {"OTEL_SDK_DISABLED": disabled, "AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:2000"}
    telemetry = Telemetry.from_env(environ, write=out.append)
    app = Starlette(routes=[Route("/tickets/{id}", lambda _: PlainTextResponse("ok"))])
    began = invoked(2)
    telemetry.observe(began)
    request(telemetry.traced(app), "/tickets/jane@example.com", [])
    telemetry.observe(answered(began))
    [line] = out
    assert json.loads(line)["route"] == "/tickets/{id}"
    assert "jane" not in line


def test_unknown_path_has_no_route() -> None:
    assert "route" not in routed("/secret", "/tickets").records("invocation")[1]


def test_long_route_is_cut_and_stays_its_own() -> None:
    one, other = (
        routed("/" + "a" * 300 + end, "/" + "a" * 300 + end).records("invocation")[1]["route"] for end in "bc"
    )
    assert len(one) == len(other) == 128
    assert one != other


def test_batch_counts_routes() -> None:
    harness = Harness({"LIFESPAN_WRITE_EVERY": "100"})
    harness.observe(started())
    app = Starlette(routes=[Route("/tickets/{id}", lambda _: PlainTextResponse("ok"))])
    for index, path in enumerate(["/", "/tickets/1", "/tickets/2", "/nowhere"], 1):
        harness.serve(app, path, index)
    harness.observe(EnvironmentEnded(T0 + 3600 * S, 4, 0))
    assert harness.record("warm")["routes"] == {"/tickets/{id}": 2}
