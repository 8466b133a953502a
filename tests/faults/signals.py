"""SIGTERM at named points of an environment's life, and SIGKILL between them."""

from tests.adapter.events import http_event
from tests.faults.fault import BY_SIGKILL, BY_SIGTERM, row
from tests.faults.programs import function, serving, starting, stopping
from tests.faults.steps import (
    get,
    pause,
    send,
    sigkill,
    sigterm,
    until_answered,
    until_idle,
    until_logged,
)

SLOW = "say('app: slow'); await asyncio.sleep(0.2); await respond(send)"
SLOW_REQUEST = f"async def serve(scope, receive, send):\n    {SLOW}\n"
IN_SLOW_REQUEST = (send(http_event("/slow")), until_logged("app: slow"), sigterm, until_answered)
MISSED_ONCE = """
from adapter.process import sigterm
signals = [lambda: None, sigterm._signal_main_thread]
sigterm._signal_main_thread = lambda: (signals.pop(0) if len(signals) > 1 else signals[0])()
"""
IN_IMPORT = "import os, signal\nos.kill(os.getpid(), signal.SIGTERM)\n"
OLD_RUNTIME = {"AWS_EXECUTION_ENV": "AWS_Lambda_python3.11"}

# fmt: off
# Laid out as a table: name and description, then the program, steps, responses, words in the log.
SIGNALS = (
    row("sigterm-before-startup", "SIGTERM before startup, while the handler's module is imported",
        IN_IMPORT + function(), (), "", startups=0, shutdowns=0, exit_code=BY_SIGTERM),
    row("sigterm-in-startup", "SIGTERM inside a startup that awaits",
        starting("await asyncio.sleep(60)"), (until_logged("app: startup"), sigterm),
        "", "Startup was cut", shutdowns=0),
    row("sigterm-in-blocking-startup", "SIGTERM inside a startup that blocks, and then ends",
        starting("term(); time.sleep(0.2)"), (), ""),
    row("sigterm-in-endless-startup", "SIGTERM inside a startup that blocks for ever, then SIGKILL",
        starting("term(); time.sleep(60)"), (until_logged("app: startup"), pause, sigkill),
        "", shutdowns=0, exit_code=BY_SIGKILL),
    row("sigterm-before-deferred-startup", "SIGTERM while a startup waits for the first invocation to go on",
        starting("await asyncio.sleep(60)", startup_budget=0), (until_idle, sigterm), "", shutdowns=0),
    row("sigterm-after-startup", "SIGTERM after startup, before the first event",
        function(), (until_idle, sigterm), ""),
    row("sigterm-idle", "SIGTERM between two events", function(), (get("/"), until_idle, sigterm), "200"),
    row("sigterm-before-any-startup", "SIGTERM before a `first_invocation`",
        function(placement="first_invocation"), (until_idle, sigterm), "", startups=0, shutdowns=0),
    row("sigterm-in-request", "SIGTERM inside a request that awaits", serving(SLOW), IN_SLOW_REQUEST, "200"),
    row("sigterm-reminder-missed",
        "The same, and the process misses the signal that it sends itself after the request",
        function(SLOW_REQUEST, MISSED_ONCE), IN_SLOW_REQUEST, "200"),
    row("sigterm-in-blocking-request", "SIGTERM inside a request that blocks",
        serving("term(); time.sleep(0.2); await respond(send)"), (get("/slow"),), "200"),
    row("sigterm-in-lazy-startup", "SIGTERM inside a startup in the first invocation",
        starting("term(); await asyncio.sleep(0.1)", placement="first_invocation"), (get("/"),), "200"),
    row("sigterm-in-failing-request", "SIGTERM inside a request that then raises",
        serving("term(); raise SystemExit(3)"), (get("/odd"),), "500"),
    row("sigterm-in-shutdown", "A second SIGTERM inside the shutdown",
        stopping("term(); await asyncio.sleep(0.05); term()"), (get("/"), until_idle, sigterm), "200"),
    row("sigterm-in-shutdown-of-an-event", "SIGTERM inside a shutdown of `every_invocation`",
        stopping("term()", placement="every_invocation"), (get("/", "/"),),
        "200, 200", startups=2, shutdowns=2),
    row("shutdown-hangs", "The shutdown never ends",
        stopping("await asyncio.sleep(60)"), (get("/"), until_idle, sigterm),
        "200", "longer than 0.3 s and was cut"),
    row("shutdown-raises", "The shutdown raises",
        stopping("raise SystemExit(3)"), (get("/"), until_idle, sigterm), "200", "SystemExit"),
    row("sigterm-unheard",
        "SIGTERM where Python cannot see it while idle (runtime of Python 3.11), then SIGKILL",
        function(), (get("/"), until_idle, sigterm, pause, sigkill),
        "200", shutdowns=0, exit_code=BY_SIGKILL, environ=OLD_RUNTIME),
    row("killed-idle", "SIGKILL between two events",
        function(), (get("/"), until_idle, sigkill), "200", shutdowns=0, exit_code=BY_SIGKILL),
    row("killed-in-shutdown", "SIGKILL inside the shutdown",
        stopping("time.sleep(60)"), (get("/"), until_idle, sigterm, until_logged("app: shutdown"), sigkill),
        "200", exit_code=BY_SIGKILL),
)
