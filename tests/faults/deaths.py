"""Lifespans that end by themselves after they have started, hooks that fail around a snapshot, workers."""

from tests.adapter.events import http_event
from tests.faults.fault import BY_SIGTERM, row
from tests.faults.programs import DYING, Name, function, serving
from tests.faults.steps import (
    get,
    send_to_any,
    sigterm,
    until_answered,
    until_idle,
    until_logged_by_workers,
)

DIED = "The lifespan has ended by itself"
ONLY_ONCE = "async def start(state):\n    if ends:\n        raise RuntimeError\n"
BAD_HOOK = "async def hook(state):\n    raise RuntimeError('canary-5f2c')\n"
SNAP_START = {"AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start"}
WORKERS = 3
MANAGED = {
    "AWS_LAMBDA_INITIALIZATION_TYPE": "lambda-managed-instances",
    "AWS_LAMBDA_MAX_CONCURRENCY": str(WORKERS),
}
ALL_IDLE = (until_idle,) * WORKERS
ONE_KILLED = (send_to_any(http_event("/kill")), until_logged_by_workers("app: request", 1))
OTHERS_SERVE = (send_to_any(http_event()), until_answered) * 2
OTHERS_STOP = (sigterm, until_logged_by_workers("app: shutdown", WORKERS - 1))

# fmt: off
# Laid out as a table: name and description, then the program, steps, responses, words in the log.
DEATHS = (
    row("death-restart", "The lifespan raises after its startup",
        function(DYING), (get("/", "/die", "/", "/"), until_idle, sigterm),
        "200, 200, 200, 200", DIED, "OSError", startups=2),
    row("death-fail", 'The same with `on_death="fail"`',
        function(DYING, on_death="fail"), (get("/", "/die", "/", "/"), until_idle, sigterm),
        "200, 200, error LifespanDiedError, error LifespanDiedError", DIED, shutdowns=0),
    row("death-exit", 'The same with `on_death="exit"`',
        function(DYING, on_death="exit"), (get("/", "/die", "/"),),
        "200, 200, error LifespanLostError", DIED, shutdowns=0, exit_code=1),
    row("death-restart-fails", "The lifespan raises after its startup, and cannot start again",
        function(DYING, ONLY_ONCE), (get("/", "/die", "/"),),
        "200, 200, error LifespanLostError", DIED, "Startup failed", startups=2, shutdowns=0, exit_code=1),
    row("before-snapshot-raises", "SnapStart: `before_snapshot` raises",
        function(BAD_HOOK, before_snapshot=Name("hook")), (),
        "init error Runtime.BeforeSnapshotError", "before_snapshot failed", exit_code=64, environ=SNAP_START),
    row("after-restore-raises", "SnapStart: `after_restore` raises",
        function(BAD_HOOK, after_restore=Name("hook")), (),
        "restore error SnapshotHookError", "after_restore failed", exit_code=65, environ=SNAP_START),
    row("worker-dies", "Managed instances: one of three workers is killed inside a request",
        serving("os.kill(os.getpid(), signal.SIGKILL)"),
        (*ALL_IDLE, *ONE_KILLED, *OTHERS_SERVE, *OTHERS_STOP),
        "200, 200", startups=WORKERS, shutdowns=WORKERS - 1, exit_code=BY_SIGTERM, environ=MANAGED),
)
