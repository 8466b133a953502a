"""Lifespans that end by themselves after they have started, hooks that fail around a snapshot, workers."""

import signal

from tests.adapter.events import http_event
from tests.faults.fault import Fault
from tests.faults.programs import DYING, function, serving
from tests.faults.steps import END, ask, everywhere, hand, hear, idle, sigterm

WORKERS = 3
DIED = "The lifespan has ended by itself"
SNAP_START = {"AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start"}
ONCE = "async def start(state):\n    if ends:\n        raise RuntimeError\n"
BAD_HOOK = "async def hook(state):\n    raise RuntimeError('canary-5f2c')\n"

DEATHS = (
    Fault(
        name="death-restart",
        done="The lifespan raises after its startup",
        function=function(DYING),
        steps=(*ask("/", "/die", "/", "/"), *END),
        responses=("200",) * 4,
        startups=2,
        shutdowns=1,
        exit_code=0,
        log=(DIED, "OSError"),
    ),
    Fault(
        name="death-fail",
        done='The same with `on_death="fail"`',
        function=function(DYING, arguments=", on_death='fail'"),
        steps=(*ask("/", "/die", "/", "/"), *END),
        responses=("200", "200", "error LifespanDiedError", "error LifespanDiedError"),
        startups=1,
        shutdowns=0,
        exit_code=0,
        log=(DIED,),
    ),
    Fault(
        name="death-exit",
        done='The same with `on_death="exit"`',
        function=function(DYING, arguments=", on_death='exit'"),
        steps=ask("/", "/die", "/"),
        responses=("200", "200", "error LifespanLostError"),
        startups=1,
        shutdowns=0,
        exit_code=1,
        log=(DIED,),
    ),
    Fault(
        name="death-restart-fails",
        done="The lifespan raises after its startup, and cannot start again",
        function=function(DYING, ONCE),
        steps=ask("/", "/die", "/"),
        responses=("200", "200", "error LifespanLostError"),
        startups=2,
        shutdowns=0,
        exit_code=1,
        log=(DIED, "Startup failed"),
    ),
    Fault(
        name="before-snapshot-raises",
        done="SnapStart: `before_snapshot` raises",
        function=function(BAD_HOOK, arguments=", before_snapshot=hook"),
        steps=(),
        responses=("init error Runtime.BeforeSnapshotError",),
        startups=1,
        shutdowns=1,
        exit_code=64,
        log=("before_snapshot failed",),
        environ=SNAP_START,
    ),
    Fault(
        name="after-restore-raises",
        done="SnapStart: `after_restore` raises",
        function=function(BAD_HOOK, arguments=", after_restore=hook"),
        steps=(),
        responses=("restore error SnapshotHookError",),
        startups=1,
        shutdowns=1,
        exit_code=65,
        log=("after_restore failed",),
        environ=SNAP_START,
    ),
    Fault(
        name="worker-dies",
        done="Managed instances: one of three workers is killed inside a request",
        function=serving("os.kill(os.getpid(), signal.SIGKILL)"),
        steps=(
            *(idle,) * WORKERS,
            hand(http_event("/kill")),
            everywhere("app: request", 1),
            *(hand(http_event()), hear) * 2,
            sigterm,
            everywhere("app: shutdown", WORKERS - 1),
        ),
        responses=("200", "200"),
        startups=WORKERS,
        shutdowns=WORKERS - 1,
        exit_code=-signal.SIGTERM,
        environ={
            "AWS_LAMBDA_INITIALIZATION_TYPE": "lambda-managed-instances",
            "AWS_LAMBDA_MAX_CONCURRENCY": str(WORKERS),
        },
    ),
)
