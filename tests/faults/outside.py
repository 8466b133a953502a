"""What the function relies on, failing: telemetry's sinks, the X-Ray daemon, stdout, DynamoDB."""

import json
from collections.abc import Mapping
from pathlib import Path

import service
from tests.faults.fault import Fault, row
from tests.faults.faulty_function import CLOSED_PORT
from tests.faults.programs import BROKEN_EXPORTER, BROKEN_SINK, BROKEN_STDOUT, SERVICE, observed
from tests.faults.steps import get, invoke, sigterm, until_idle

DAEMON = {"AWS_XRAY_DAEMON_ADDRESS": CLOSED_PORT}
SINKS = {
    "start": ("telemetry.invocation_context", "StartClass", {}),
    "spans": ("telemetry.spans.sink", "Spans", DAEMON),
    "spans-without-daemon": ("telemetry.spans.sink", "Passthrough", {}),
    "logs": ("telemetry.logs.context", "Logs", {}),
    "metrics": ("telemetry.metrics", "BusinessMetrics", {}),
    "records": ("telemetry.records.sink", "Records", {}),
}
SERVICE_ENVIRON = {
    "TICKETS_TABLE": "tickets",
    "AWS_ENDPOINT_URL_DYNAMODB": f"http://{CLOSED_PORT}",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "nobody",
    "AWS_SECRET_ACCESS_KEY": "nothing",
}
EVENTS = Path(str(service.__file__)).resolve().parents[1] / "events"
FAULT = '"record":"fault"'


def ticket(name: str) -> object:
    """An event of the sample service."""
    return json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))


def harmless(
    name: str, description: str, part: str, *log: str, environ: Mapping[str, str] | None = None
) -> Fault:
    """A row in which telemetry fails and no response shows it."""
    steps = (get("/", "/", "/"), until_idle, sigterm)
    return row(name, description, observed(part), steps, "200, 200, 200", *log, environ=environ)


def broken_sink(name: str, module: str, sink: str, environ: Mapping[str, str]) -> Fault:
    """A row in which one sink raises at every fact."""
    short, _, condition = name.partition("-")
    where = " (no daemon to send to)" if condition else ""
    return harmless(
        f"sink-raises-{name}",
        f"Telemetry: the sink `{short}`{where} raises at every fact",
        BROKEN_SINK.format(module=module, sink=sink),
        FAULT,
        f'"sink":"{short}"',
        environ=environ,
    )


# fmt: off
# Laid out as a table: name and description, then what breaks, words in the log.
OUTSIDE = (
    *(broken_sink(name, *sink) for name, sink in SINKS.items()),
    harmless("span-exporter-raises", "Telemetry: the exporter of spans raises",
             BROKEN_EXPORTER, FAULT, '"sink":"spans"', environ=DAEMON),
    harmless("daemon-gone", "The X-Ray daemon is gone", "", '"record":"end"', environ=DAEMON),
    harmless("stdout-gone", "Every write to stdout by telemetry raises", BROKEN_STDOUT),
    row("dynamodb-gone",
        "DynamoDB cannot be reached, neither in startup nor in requests (the sample service)",
        SERVICE, (invoke(ticket("create-ticket"), ticket("read-ticket")), until_idle, sigterm),
        "503, 503", "tickets_unavailable", "EndpointConnectionError", environ=SERVICE_ENVIRON),
)
