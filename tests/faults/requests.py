"""Requests that raise, that die, and that are too much of something."""

from typing import Any

from tests.adapter.events import http_event
from tests.faults.fault import BY_SIGKILL, Fault, Step, row
from tests.faults.faulty_function import CLOSED_PORT, TRACE_HEADER
from tests.faults.programs import Name, function, observed, serving
from tests.faults.steps import get, invoke, send, sigkill, sigterm, until_idle, until_logged

QUEUE = {"Records": [{"eventSource": "aws:sqs", "body": "canary-5f2c"}]}
MEGABYTE = 1024 * 1024
MALFORMED = (
    "",
    "-",
    "00-xyz-1-01",
    f"00-{'0' * 32}-{'0' * 16}-01",
    f"ff-{'a' * 32}-{'b' * 16}-01",
    f"00-{'A' * 32}-{'b' * 16}-zz",
    "Root=;Parent=;Sampled=?",
    "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=x;Sampled=1",
    "=;;=" * 1000,
)
UNSENDABLE = ("\x00\u00e9", "\n00-" + "f" * 100_000)
"""No header of HTTP, but an event is JSON."""

RAISED = {
    "RuntimeError": "raise RuntimeError",
    "StopAsyncIteration": "raise StopAsyncIteration",
    "RecursionError": "raise RecursionError",
    "MemoryError": "raise MemoryError",
    "CancelledError": "raise asyncio.CancelledError",
    "GeneratorExit": "raise GeneratorExit",
    "KeyboardInterrupt": "raise KeyboardInterrupt",
    "SystemExit": "sys.exit(3)",
    "BaseExceptionGroup": "raise BaseExceptionGroup('', [SystemExit(3)])",
}
HALF = "await send({'type': 'http.response.start', 'status': 200})"
LEFT_TASK = "asyncio.create_task(stop_iterating()); await respond(send)\nasync def stop_iterating(): 1 / 0"
EXIT_TASK = (
    "asyncio.create_task(leave()); await asyncio.sleep(0); await respond(send)\n"
    "async def leave(): sys.exit(3)"
)
MANY_HEADERS = "[(b'content-type', b''), *((b'x-%d' % n, b'') for n in range(9_999))]"


ODD_REQUEST = get("/odd")


def odd(
    name: str,
    description: str,
    code: str,
    response: str,
    *log: str,
    step: Step = ODD_REQUEST,
    **arguments: object,
) -> Fault:
    """A row in which one odd request stands between two good ones, and only its own response is odd."""
    steps = (get("/"), step, get("/"), until_idle, sigterm)
    return row(name, description, serving(code, **arguments), steps, f"200, {response}, 200", *log)


def with_headers(*headers: tuple[str, Any]) -> dict[str, Any]:
    event = http_event()
    event["headers"].update(headers)
    return event


WITH_BAD_TRACE = (
    *(
        with_headers((name, bad))
        for name in ("traceparent", "X-Amzn-Trace-Id", "tracestate", "baggage")
        for bad in (*MALFORMED, *UNSENDABLE)
    ),
    *({**http_event(), TRACE_HEADER: bad} for bad in MALFORMED),
)

# fmt: off
# Laid out as a table: name and description, then what the request does, its response, words in the log.
REQUESTS = (
    *(odd(f"request-raises-{name}", f"A request: `{code}`", code, "500", name)
      for name, code in RAISED.items()),
    odd("request-raises-midway", "A request raises after `http.response.start`",
        f"{HALF}; raise RuntimeError", "500", "RuntimeError"),
    odd("request-raises-after-response", "A request raises after its response (a background task)",
        "await respond(send); raise RuntimeError", "200", "RuntimeError"),
    odd("request-leaves-a-task", "A request leaves a task behind that raises", LEFT_TASK, "200"),
    odd("garbage-collected", "A request collects garbage, when nothing but the adapter holds the lifespan",
        "__import__('gc').collect(); await respond(send)", "200"),
    row("after-response-raises", "The work after each response raises",
        function("def work(seconds): raise ConnectionError\n", after_response=Name("work")),
        (get("/", "/", "/"), until_logged("ConnectionError"), until_idle, sigterm), "200, 200, 200",
        "The work after a response failed", "ConnectionError"),
    odd("large-response", "A response of 6 MB",
        "await respond(send, b'x' * (6 * 1024 * 1024))", f"200 ({6 * MEGABYTE} bytes)"),
    row("too-large-response", "A response of 7 MB, which Lambda refuses with status 413",
        serving("await respond(send, b'x' * (7 * 1024 * 1024))"), (get("/", "/odd"),),
        "200", "413", exit_code=1),
    odd("many-headers-sent", "A response with 10 000 headers",
        f"await respond(send, headers={MANY_HEADERS})", "200 (10000 headers)"),
    odd("many-headers-received", "A request with 10 000 headers", "pass", "200",
        step=invoke(with_headers(*((f"x-{n}", "v") for n in range(10_000))))),
    odd("no-response", "A request ends without a response", "pass", "500", "without a response"),
    odd("half-a-response", "A request ends in the middle of its response",
        HALF, "500", "without the end of its response"),
    odd("raise-app-exceptions", "A request: `raise RuntimeError`, with `raise_app_exceptions=True`",
        "raise RuntimeError", "error RuntimeError", raise_app_exceptions=True),
    odd("raise-app-exits", "A request: `sys.exit(3)`, with `raise_app_exceptions=True`",
        "sys.exit(3)", "error AppExitError", raise_app_exceptions=True),
    odd("unknown-event", "An event from no HTTP source",
        "pass", "error UnknownEventError", step=invoke(QUEUE)),
    odd("failed-event", "The same with `event_path`, and the app raises",
        "raise RuntimeError", "error EventFailedError", step=invoke(QUEUE), event_path="/events"),
    odd("ping", "An event `{}`, as pings send it", "pass", "null", step=invoke({})),
    row("malformed-trace-headers",
        "Malformed trace headers, in the event and from Lambda, telemetry recording spans",
        observed(), (invoke(*WITH_BAD_TRACE), until_idle, sigterm), ", ".join(["200"] * len(WITH_BAD_TRACE)),
        absent=('"record":"fault"',), environ={"AWS_XRAY_DAEMON_ADDRESS": CLOSED_PORT}),
    odd("exit-beside-a-request", "A task beside a request calls `sys.exit(3)`",
        EXIT_TASK, "200", "would have ended the process", "SystemExit"),
    row("process-dies-in-request", "The process ends inside a request: `os._exit(7)`",
        serving("os._exit(7)"), (get("/", "/odd"),), "200", shutdowns=0, exit_code=7),
    row("killed-in-request", "SIGKILL inside a request (out of memory, or the function's timeout)",
        serving("await asyncio.sleep(60)"),
        (get("/"), send(http_event("/odd")), until_logged("app: request"), sigkill),
        "200", shutdowns=0, exit_code=BY_SIGKILL),
)
