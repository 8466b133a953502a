"""Startup failing, hanging and dying."""

from tests.adapter.events import http_event
from tests.faults.fault import BY_SIGKILL, Fault, row
from tests.faults.faulty_function import TIMEOUT_S
from tests.faults.programs import STARLETTE, function, starting
from tests.faults.steps import get, invoke, sigkill, sigterm, until_idle, until_logged

RAISED = {
    "RuntimeError": "raise RuntimeError",
    "ImportError": "import missing_module",
    "MemoryError": "raise MemoryError",
    "CancelledError": "raise asyncio.CancelledError",
    "SystemExit": "sys.exit(3)",
    "KeyboardInterrupt": "raise KeyboardInterrupt",
    "BaseExceptionGroup": "raise BaseExceptionGroup('', [SystemExit(3)])",
}
ONLY_ONCE = "if not ready.append(0) and len(ready) > 1: raise RuntimeError"
NOT_AT_FIRST = "if not ready.append(0) and len(ready) == 1: raise MemoryError"
COUNTED = "ready = []\n" + STARLETTE
IN_A_TASK = "async def leave(): sys.exit(3)\nasync def start(state): await asyncio.gather(leave())\n"
REFUSING = """while True:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            pass"""
FAILED, CUT = "Startup failed", "Startup was cut"
ERROR, TIMEOUT = "LifespanStartupError", "LifespanStartupTimeoutError"


def in_init(name: str, description: str, program: str, *log: str, error: str = ERROR) -> Fault:
    """A row in which INIT fails: Lambda is told of the error, and there is nothing to shut down."""
    return row(name, description, program, (), f"init error {error}", *log, shutdowns=0, exit_code=1)


# fmt: off
# Laid out as a table: name and description, then the program, steps, responses, words in the log.
STARTUP = (
    *(in_init(f"startup-raises-{name}", f"Starlette's lifespan: `{code}`", starting(code, STARLETTE), FAILED)
      for name, code in RAISED.items()),
    row("plain-app-startup-raises", "A plain app raises in its startup and sends no `startup.failed`",
        starting("raise RuntimeError"), (get("/", "/"), until_idle, sigterm),
        "200, 200", "served without it", "RuntimeError", shutdowns=0),
    in_init("plain-app-startup-raises-on", 'The same with `lifespan="on"`',
            starting("raise RuntimeError", lifespan="on"), FAILED, "RuntimeError"),
    in_init("startup-exits-in-a-task", "A task of the startup calls `sys.exit(3)`",
            function(IN_A_TASK), FAILED, "SystemExit"),
    row("lazy-startup-fails", "Startup fails in the first invocation, and succeeds in the second",
        starting(NOT_AT_FIRST, COUNTED, placement="first_invocation"),
        (get("/", "/", "/"), until_idle, sigterm), f"error {ERROR}, 200, 200", FAILED, startups=2),
    row("repeated-startup-fails", "`every_invocation`, and the app can start only once",
        starting(ONLY_ONCE, COUNTED, placement="every_invocation"),
        (get("/", "/", "/"), until_idle, sigterm), "200, 200, 200", FAILED, startups=2),
    in_init("startup-never-ends", "Startup awaits something that never comes, with `startup_timeout=0.2`",
            starting("await asyncio.Event().wait()", startup_timeout=0.2), CUT, error=TIMEOUT),
    in_init("startup-refuses-to-end", "The same, and it swallows its cancellation",
            starting(REFUSING, startup_timeout=0.2), CUT, error=TIMEOUT),
    row("startup-outlasts-init", "Startup awaits for longer than INIT's budget",
        starting("await asyncio.sleep(0.4)", startup_budget=0), (get("/", "/"), until_idle, sigterm),
        "200, 200"),
    row("startup-outlasts-init-and-event", "The same, and for longer than the first invocation may take",
        starting("await asyncio.sleep(1)", startup_budget=0),
        (invoke({**http_event(), TIMEOUT_S: 0.5}), get("/", "/"), until_idle, sigterm),
        f"error {TIMEOUT}, 200, 200"),
    row("startup-fails-after-init", "The same, and then it fails",
        starting("await asyncio.sleep(0.4); raise RuntimeError", STARLETTE, startup_budget=0),
        (get("/", "/"), until_idle, sigterm),
        f"error {ERROR}, error {ERROR}", FAILED, startups=2, shutdowns=0),
    row("startup-blocks-past-init", "Startup blocks for longer than INIT's budget",
        starting("time.sleep(0.4)", startup_budget=0), (get("/", "/"), until_idle, sigterm),
        "200, 200", "past its budget"),
    row("process-dies-in-startup", "The process ends inside startup: `os._exit(7)`",
        starting("os._exit(7)"), (), "", shutdowns=0, exit_code=7),
    row("killed-in-startup", "SIGKILL inside startup (out of memory, or out of time)",
        starting("await asyncio.sleep(60)"), (until_logged("app: startup"), sigkill),
        "", shutdowns=0, exit_code=BY_SIGKILL),
    row("module-fails-after-startup", "The handler's module raises below the adapter, whose app has started",
        function() + "raise OSError\n", (), "init error OSError", exit_code=1),
)
