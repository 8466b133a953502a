"""Requests that raise, that die, and that are too much of something."""

import signal
from typing import Any

from tests.adapter.events import http_event
from tests.faults.fault import Fault, Step
from tests.faults.programs import function, observed, serving
from tests.faults.steps import END, ask, events, send, sigkill, until
from tests.faults.watched import CLOSED, ODD_TRACE

QUEUE = {"Records": [{"eventSource": "aws:sqs", "body": "canary-5f2c"}]}
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


def survived(name: str, done: str, code: str, responses: tuple[str, ...], *log: str, **more: Any) -> Fault:
    """A row in which one odd request stands between two good ones, and only its own response is odd."""
    steps: tuple[Step, ...] = more.pop("steps", ask("/odd"))
    arguments = more.pop("arguments", "")
    return Fault(
        name=name,
        done=done,
        function=serving(code, arguments=arguments),
        steps=(*ask("/"), *steps, *ask("/"), *END),
        responses=("200", *responses, "200"),
        startups=1,
        shutdowns=1,
        exit_code=0,
        log=log,
        **more,
    )


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
    *({**http_event(), ODD_TRACE: bad} for bad in MALFORMED),
)

REQUESTS = (
    *(
        survived(f"request-raises-{name}", f"A request: `{code}`", code, ("500",), name)
        for name, code in RAISED.items()
    ),
    survived(
        "request-raises-midway",
        "A request raises after `http.response.start`",
        "await send({'type': 'http.response.start', 'status': 200}); raise RuntimeError",
        ("500",),
        "RuntimeError",
    ),
    survived(
        "request-raises-after-response",
        "A request raises after its response (a background task)",
        "await respond(send); raise RuntimeError",
        ("200",),
        "RuntimeError",
    ),
    survived(
        "request-leaves-a-task",
        "A request leaves a task behind that raises",
        "asyncio.create_task(stop_iterating()); await respond(send)\nasync def stop_iterating(): 1 / 0",
        ("200",),
    ),
    survived(
        "garbage-collected",
        "A request collects garbage, when nothing but the adapter holds the lifespan",
        "__import__('gc').collect(); await respond(send)",
        ("200",),
    ),
    Fault(
        name="after-response-raises",
        done="The work after each response raises",
        function=function("def work(seconds): raise ConnectionError\n", arguments=", after_response=work"),
        steps=(*ask("/", "/", "/"), *END),
        responses=("200", "200", "200"),
        startups=1,
        shutdowns=1,
        exit_code=0,
        log=("The work after a response failed", "ConnectionError"),
    ),
    survived(
        "large-response",
        "A response of 6 MB",
        "await respond(send, b'x' * (6 * 1024 * 1024))",
        (f"200, {6 * 1024 * 1024} bytes",),
    ),
    Fault(
        name="too-large-response",
        done="A response of 7 MB, which Lambda refuses with status 413",
        function=serving("await respond(send, b'x' * (7 * 1024 * 1024))"),
        steps=(*ask("/"), *ask("/odd")),
        responses=("200",),
        startups=1,
        shutdowns=1,
        exit_code=1,
        log=("413",),
    ),
    survived(
        "many-headers-sent",
        "A response with 10 000 headers",
        "await respond(send, headers=[(b'content-type', b''), *((b'x-%d' % n, b'') for n in range(9_999))])",
        ("200, 10000 headers",),
    ),
    survived(
        "many-headers-received",
        "A request with 10 000 headers",
        "pass",
        ("200",),
        steps=events(with_headers(*((f"x-{n}", "v") for n in range(10_000)))),
    ),
    survived(
        "no-response",
        "A request ends without a response",
        "pass",
        ("500",),
        "without a response",
    ),
    survived(
        "half-a-response",
        "A request ends in the middle of its response",
        "await send({'type': 'http.response.start', 'status': 200})",
        ("500",),
        "without the end of its response",
    ),
    survived(
        "raise-app-exceptions",
        "A request: `raise RuntimeError`, with `raise_app_exceptions=True`",
        "raise RuntimeError",
        ("error RuntimeError",),
        arguments=", raise_app_exceptions=True",
    ),
    survived(
        "raise-app-exits",
        "A request: `sys.exit(3)`, with `raise_app_exceptions=True`",
        "sys.exit(3)",
        ("error AppExitError",),
        arguments=", raise_app_exceptions=True",
    ),
    survived(
        "unknown-event",
        "An event from no HTTP source",
        "pass",
        ("error UnknownEventError",),
        steps=events(QUEUE),
    ),
    survived(
        "failed-event",
        "The same with `event_path`, and the app raises",
        "raise RuntimeError",
        ("error EventFailedError",),
        steps=events(QUEUE),
        arguments=", event_path='/events'",
    ),
    survived("ping", "An event `{}`, as pings send it", "pass", ("null",), steps=events({})),
    Fault(
        name="malformed-trace-headers",
        done="Malformed trace headers, in the event and from Lambda, telemetry recording spans",
        function=observed(),
        steps=(*events(*WITH_BAD_TRACE), *END),
        responses=("200",) * len(WITH_BAD_TRACE),
        startups=1,
        shutdowns=1,
        exit_code=0,
        absent=('"record":"fault"',),
        environ={"AWS_XRAY_DAEMON_ADDRESS": CLOSED},
    ),
    Fault(
        name="exit-beside-a-request",
        done="A task beside a request calls `sys.exit(3)`",
        function=serving(
            "asyncio.create_task(leave()); await asyncio.sleep(60)\nasync def leave(): sys.exit(3)"
        ),
        steps=(*ask("/", "/odd"),),
        responses=("200",),
        startups=1,
        shutdowns=1,
        exit_code=3,
    ),
    Fault(
        name="process-dies-in-request",
        done="The process ends inside a request: `os._exit(7)`",
        function=serving("os._exit(7)"),
        steps=(*ask("/", "/odd"),),
        responses=("200",),
        startups=1,
        shutdowns=0,
        exit_code=7,
    ),
    Fault(
        name="killed-in-request",
        done="SIGKILL inside a request (out of memory, or the function's timeout)",
        function=serving("await asyncio.sleep(60)"),
        steps=(*ask("/"), send(http_event("/odd")), until("app: request"), sigkill),
        responses=("200",),
        startups=1,
        shutdowns=0,
        exit_code=-signal.SIGKILL,
    ),
)
