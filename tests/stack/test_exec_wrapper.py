"""A layer's wrapper script swaps the handler, as those of OpenTelemetry do: `AWS_LAMBDA_EXEC_WRAPPER`.

The script gets what starts the runtime as its arguments, puts another handler into `_HANDLER`, and goes on.
That handler's module sets up OpenTelemetry for the whole process, then imports ours.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.adapter.events import http_event
from tests.adapter.runtime_api import Function
from tests.docs.documents import code

SCRIPT = """\
#!/bin/sh
export ORIG_HANDLER="$_HANDLER" _HANDLER=layer_wrapper.lambda_handler
export PYTHONPATH="{layer}:$PYTHONPATH"
exec "{python}" -m awslambdaric "$_HANDLER"
"""
LAYER = """
import importlib, json, os
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

class Lines(SpanExporter):
    def export(self, spans):
        for span in spans:
            parent = span.parent and format(span.parent.span_id, "016x")
            print(json.dumps({"span": span.name, "kind": span.kind.name, "parent": parent,
                "id": format(span.context.span_id, "016x"), "trace": format(span.context.trace_id, "032x")}))
        return SpanExportResult.SUCCESS

provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(Lines()))
if os.environ.get("OTEL_SDK_DISABLED") != "true":
    trace.set_tracer_provider(provider)
module, _, name = os.environ["ORIG_HANDLER"].rpartition(".")
wrapped = getattr(importlib.import_module(module), name)
tracer = trace.get_tracer("layer")

def lambda_handler(event, context):
    parent = TraceContextTextMapPropagator().extract(event["headers"])
    with tracer.start_as_current_span(module, context=parent, kind=trace.SpanKind.SERVER):
        return wrapped(event, context)
"""
APP = """
import os
from contextlib import asynccontextmanager
from opentelemetry import trace
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

@asynccontextmanager
async def lifespan(app):
    yield {"loaded": True}

async def hello(request):
    with trace.get_tracer("service").start_as_current_span("work"):
        return PlainTextResponse("hello")

app = Starlette(routes=[Route("/", hello)], lifespan=lifespan)
"""
PLAIN = """
import os
from adapter import LifespanAdapter
from telemetry import Telemetry

telemetry = Telemetry.from_env(os.environ)
handler = LifespanAdapter(telemetry.traced(app), **telemetry.hooks)
"""
TRACE, CALLER = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
EVENT = http_event(headers={"traceparent": f"00-{TRACE}-{CALLER}-01"})
DAEMON = {"AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:9"}
"""Lambda sets it whether it traces or not. Nobody listens."""


def recipe() -> str:
    """The handler that the document tells to write beside such a layer, for this app."""
    (handler,) = code("backends", "python")
    return handler.replace("from service.app import create_app\n", "").replace(
        "app = create_app(os.environ, count=telemetry.count)\n", ""
    )


def lines(function: Function) -> list[dict[str, Any]]:
    return [json.loads(line) for line in function.output().splitlines() if line.startswith("{")]


def spans(function: Function) -> dict[str, dict[str, Any]]:
    found = [line for line in lines(function) if "span" in line]
    assert len({line["span"] for line in found}) == len(found), found
    return {line["span"]: line for line in found}


def records(function: Function, kind: str) -> list[dict[str, Any]]:
    return [line for line in lines(function) if line.get("record") == kind]


def started(folder: Path, handler: str, **variables: str) -> Function:
    """The function behind the layer's wrapper, as Lambda would start it."""
    layer = folder / "opt"
    layer.mkdir()
    (layer / "layer_wrapper.py").write_text(LAYER)
    script = layer / "otel-instrument"
    script.write_text(SCRIPT.format(layer=layer, python=sys.executable))
    script.chmod(0o755)
    return Function(APP + handler, folder, python=str(script), environ={**DAEMON, **variables})


@pytest.fixture
def function(tmp_path: Path) -> Iterator[Function]:
    with started(tmp_path, recipe()) as function:
        yield function


def test_startup_stays_in_init_and_requests_are_served(function: Function) -> None:
    answers = [function.invoke(EVENT) for _ in range(2)]
    function.ready()
    assert [body["statusCode"] for _, body in answers] == [200, 200]
    (startup,) = records(function, "startup")
    assert startup["phase"] == "init"
    assert [record["status"] for record in records(function, "invocation")] == [200, 200]


def test_layer_alone_makes_spans_and_the_service_adds_to_them(function: Function) -> None:
    """One SERVER span for a request, in the caller's trace, which the record names."""
    function.invoke(EVENT)
    function.ready()
    found = spans(function)
    assert found.keys() == {"function", "work"}
    assert (found["function"]["kind"], found["function"]["trace"]) == ("SERVER", TRACE)
    assert found["work"]["parent"] == found["function"]["id"]
    (record,) = records(function, "invocation")
    assert record["trace_id"] == TRACE


def test_shutdown_is_whole(function: Function) -> None:
    function.invoke(EVENT)
    function.ready()
    function.sigterm()
    function.wait()
    assert [record["outcome"] for record in records(function, "shutdown")] == ["complete"]


def test_templates_variable_silences_the_layer_too(tmp_path: Path) -> None:
    """Why the document says to take OTEL_SDK_DISABLED out of template.yaml."""
    with started(tmp_path, recipe(), OTEL_SDK_DISABLED="true") as function:
        function.invoke(EVENT)
        function.ready()
        assert spans(function) == {}
        assert len(records(function, "invocation")) == 1


def test_without_the_recipe_both_make_spans(tmp_path: Path) -> None:
    """Two SERVER spans for each request: the layer's, and ours between it and those of the service."""
    with started(tmp_path, PLAIN) as function:
        function.invoke(EVENT)
        function.ready()
        found = spans(function)
    assert found.keys() == {"function", "work"}
    assert found["work"]["parent"] not in {found["function"]["id"], CALLER}
