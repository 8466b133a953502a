"""Startup failing, hanging and dying."""

import signal

from tests.adapter.events import http_event
from tests.faults.fault import Fault
from tests.faults.programs import STARLETTE, function, starting
from tests.faults.steps import END, ask, events, sigkill, until
from tests.faults.watched import SECONDS

INIT_ERROR = ("init error LifespanStartupError",)
FAILED = "Startup failed"
TIMED_OUT = ("init error LifespanStartupTimeoutError",)
CUT = "Startup was cut"
NO_BUDGET = ", startup_budget=0"
REFUSE = """
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            pass"""
WITHOUT = "served without it"

FAILURES = {
    "RuntimeError": "raise RuntimeError",
    "ImportError": "import missing_module",
    "MemoryError": "raise MemoryError",
    "CancelledError": "raise asyncio.CancelledError",
    "SystemExit": "sys.exit(3)",
    "KeyboardInterrupt": "raise KeyboardInterrupt",
    "BaseExceptionGroup": "raise BaseExceptionGroup('', [SystemExit(3)])",
}

STARTUP = (
    *(
        Fault(
            name=f"startup-raises-{name}",
            done=f"Starlette's lifespan: `{code}`",
            function=starting(code, framework=STARLETTE),
            steps=(),
            responses=INIT_ERROR,
            startups=1,
            shutdowns=0,
            exit_code=1,
            log=(FAILED,),
        )
        for name, code in FAILURES.items()
    ),
    Fault(
        name="plain-app-startup-raises",
        done="A plain app raises in its startup and sends no `startup.failed`",
        function=starting("raise RuntimeError"),
        steps=(*ask("/", "/"), *END),
        responses=("200", "200"),
        startups=1,
        shutdowns=0,
        exit_code=0,
        log=(WITHOUT, "RuntimeError"),
    ),
    Fault(
        name="plain-app-startup-raises-on",
        done='The same with `lifespan="on"`',
        function=starting("raise RuntimeError", arguments=", lifespan='on'"),
        steps=(),
        responses=INIT_ERROR,
        startups=1,
        shutdowns=0,
        exit_code=1,
        log=(FAILED, "RuntimeError"),
    ),
    Fault(
        name="startup-exits-in-a-task",
        done="A task of the startup calls `sys.exit(3)`",
        function=function(
            "async def leave(): sys.exit(3)\nasync def start(state): await asyncio.gather(leave())\n"
        ),
        steps=(),
        responses=INIT_ERROR,
        startups=1,
        shutdowns=0,
        exit_code=1,
        log=(FAILED, "SystemExit"),
    ),
    Fault(
        name="lazy-startup-fails",
        done="Startup fails in the first invocation, and succeeds in the second",
        function=starting(
            "if not ready.append(0) and len(ready) == 1: raise MemoryError",
            framework="ready = []\n" + STARLETTE,
            arguments=", placement='first_invocation'",
        ),
        steps=(*ask("/", "/", "/"), *END),
        responses=("error LifespanStartupError", "200", "200"),
        startups=2,
        shutdowns=1,
        exit_code=0,
        log=(FAILED,),
    ),
    Fault(
        name="repeated-startup-fails",
        done="`every_invocation`, and the app can start only once",
        function=starting(
            "if not ready.append(0) and len(ready) > 1: raise RuntimeError",
            framework="ready = []\n" + STARLETTE,
            arguments=", placement='every_invocation'",
        ),
        steps=(*ask("/", "/", "/"), *END),
        responses=("200", "200", "200"),
        startups=2,
        shutdowns=1,
        exit_code=0,
        log=(FAILED,),
    ),
    Fault(
        name="startup-never-ends",
        done="Startup awaits something that never comes, with `startup_timeout=0.2`",
        function=starting("await asyncio.Event().wait()", arguments=", startup_timeout=0.2"),
        steps=(),
        responses=TIMED_OUT,
        startups=1,
        shutdowns=0,
        exit_code=1,
        log=(CUT,),
    ),
    Fault(
        name="startup-refuses-to-end",
        done="The same, and it swallows its cancellation",
        function=starting(f"while True:{REFUSE}", arguments=", startup_timeout=0.2"),
        steps=(),
        responses=TIMED_OUT,
        startups=1,
        shutdowns=0,
        exit_code=1,
        log=(CUT,),
    ),
    Fault(
        name="startup-outlasts-init",
        done="Startup awaits for longer than INIT's budget",
        function=starting("await asyncio.sleep(0.4)", arguments=NO_BUDGET),
        steps=(*ask("/", "/"), *END),
        responses=("200", "200"),
        startups=1,
        shutdowns=1,
        exit_code=0,
    ),
    Fault(
        name="startup-outlasts-init-and-event",
        done="The same, and for longer than the first invocation may take",
        function=starting("await asyncio.sleep(1)", arguments=NO_BUDGET),
        steps=(*events({**http_event(), SECONDS: 0.5}), *ask("/", "/"), *END),
        responses=("error LifespanStartupTimeoutError", "200", "200"),
        startups=1,
        shutdowns=1,
        exit_code=0,
    ),
    Fault(
        name="startup-fails-after-init",
        done="The same, and then it fails",
        function=starting(
            "await asyncio.sleep(0.4); raise RuntimeError", framework=STARLETTE, arguments=NO_BUDGET
        ),
        steps=(*ask("/", "/"), *END),
        responses=("error LifespanStartupError", "error LifespanStartupError"),
        startups=2,
        shutdowns=0,
        exit_code=0,
        log=(FAILED,),
    ),
    Fault(
        name="startup-blocks-past-init",
        done="Startup blocks for longer than INIT's budget",
        function=starting("time.sleep(0.4)", arguments=NO_BUDGET),
        steps=(*ask("/", "/"), *END),
        responses=("200", "200"),
        startups=1,
        shutdowns=1,
        exit_code=0,
        log=("past its budget",),
    ),
    Fault(
        name="process-dies-in-startup",
        done="The process ends inside startup: `os._exit(7)`",
        function=starting("os._exit(7)"),
        steps=(),
        responses=(),
        startups=1,
        shutdowns=0,
        exit_code=7,
    ),
    Fault(
        name="killed-in-startup",
        done="SIGKILL inside startup (out of memory, or out of time)",
        function=starting("await asyncio.sleep(60)"),
        steps=(until("app: startup"), sigkill),
        responses=(),
        startups=1,
        shutdowns=0,
        exit_code=-signal.SIGKILL,
    ),
    Fault(
        name="module-fails-after-startup",
        done="The handler's module raises below the adapter, whose app has started",
        function=function() + "raise OSError\n",
        steps=(),
        responses=("init error OSError",),
        startups=1,
        shutdowns=1,
        exit_code=1,
    ),
)
