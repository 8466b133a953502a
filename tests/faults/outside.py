"""What the function relies on, failing: telemetry's sinks, the X-Ray daemon, stdout, DynamoDB."""

import json
from pathlib import Path

import service
from tests.faults.fault import Fault
from tests.faults.programs import BROKEN_EXPORTER, BROKEN_SINK, BROKEN_STDOUT, SERVICE, observed
from tests.faults.steps import END, ask, events
from tests.faults.watched import CLOSED

DAEMON = {"AWS_XRAY_DAEMON_ADDRESS": CLOSED}
SINKS = {
    "start": ("telemetry.start_class", "StartClass", {}),
    "spans": ("telemetry.spans.sink", "Spans", DAEMON),
    "spans-without-daemon": ("telemetry.spans.sink", "Passthrough", {}),
    "logs": ("telemetry.logs.context", "Logs", {}),
    "metrics": ("telemetry.metrics", "BusinessMetrics", {}),
    "records": ("telemetry.records.sink", "Records", {}),
}
SERVICE_ENVIRON = {
    "TICKETS_TABLE": "tickets",
    "AWS_ENDPOINT_URL_DYNAMODB": f"http://{CLOSED}",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "nobody",
    "AWS_SECRET_ACCESS_KEY": "nothing",
}
EVENTS = Path(str(service.__file__)).resolve().parents[1] / "events"
FAULT = '"record":"fault"'


def ticket(name: str) -> object:
    """An event of the sample service."""
    return json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))


def harmless(name: str, done: str, source: str, *log: str, environ: dict[str, str] | None = None) -> Fault:
    """A row in which telemetry fails and no response shows it."""
    return Fault(
        name=name,
        done=done,
        function=observed(source),
        steps=(*ask("/", "/", "/"), *END),
        responses=("200", "200", "200"),
        startups=1,
        shutdowns=1,
        exit_code=0,
        log=log,
        environ=environ or {},
    )


OUTSIDE = (
    *(
        harmless(
            f"sink-raises-{name}",
            f"Telemetry: the sink `{name.partition('-')[0]}`"
            f"{' (no daemon to send to)' if sink == 'Passthrough' else ''} raises at every fact",
            BROKEN_SINK.format(module=module, sink=sink),
            FAULT,
            f'"sink":"{name.partition("-")[0]}"',
            environ=environ,
        )
        for name, (module, sink, environ) in SINKS.items()
    ),
    harmless(
        "span-exporter-raises",
        "Telemetry: the exporter of spans raises",
        BROKEN_EXPORTER,
        FAULT,
        '"sink":"spans"',
        environ=DAEMON,
    ),
    harmless("daemon-gone", "The X-Ray daemon is gone", "", '"record":"end"', environ=DAEMON),
    harmless("stdout-gone", "Every write to stdout by telemetry raises", BROKEN_STDOUT),
    Fault(
        name="dynamodb-gone",
        done="DynamoDB cannot be reached, neither in startup nor in requests (the sample service)",
        function=SERVICE,
        steps=(*events(ticket("create-ticket"), ticket("read-ticket")), *END),
        responses=("503", "503"),
        startups=1,
        shutdowns=1,
        exit_code=0,
        log=("tickets_unavailable", "EndpointConnectionError"),
        environ=SERVICE_ENVIRON,
    ),
)
