"""Who states the facts: the identity of this process and of its execution environment."""

import contextlib
import hashlib
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import FrameType

from adapter.facts import Environment

MANAGED_INSTANCES = "lambda-managed-instances"
ON_DEMAND = "on-demand"
SNAP_START = "snap-start"


def inside_lambda(environ: Mapping[str, str]) -> bool:
    """Whether this process was started by Lambda, or by something that speaks Lambda's Runtime API."""
    return bool(environ.get("AWS_LAMBDA_RUNTIME_API"))


def maker_of(made: object) -> str:
    """Name of the module whose code is making the object, from within its `__init__`."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - documented
    while frame is not None and frame.f_locals.get("self") is made:  # classes that derive from it, too
        frame = frame.f_back
    return "" if frame is None else str(frame.f_globals.get("__name__", ""))


def environment_from(environ: Mapping[str, str]) -> Environment:
    """Identity of this process; every call makes a new one."""
    log_stream = environ.get("AWS_LAMBDA_LOG_STREAM_NAME")
    memory = environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "")
    return Environment(
        id=_hash(log_stream.encode() if log_stream else os.urandom(16)),
        process=os.urandom(4).hex(),
        init_type=environ.get("AWS_LAMBDA_INITIALIZATION_TYPE", ON_DEMAND),
        memory_mb=int(memory) if memory.isdecimal() else None,
        process_began_ns=process_began_ns(),
        function=environ.get("AWS_LAMBDA_FUNCTION_NAME") or None,
        version=environ.get("AWS_LAMBDA_FUNCTION_VERSION") or None,
    )


def restored(environment: Environment) -> Environment:
    """A new identity for a process that a snapshot of `environment` was restored to, just now.

    All copies of a snapshot have the log stream's name of the original in their environment variables.
    """
    return environment._replace(
        id=_hash(os.urandom(16)), process=os.urandom(4).hex(), process_began_ns=time.time_ns()
    )


def begun_before(environment: Environment, environ: Mapping[str, str]) -> bool:
    """Whether an earlier process of the same execution environment has begun, and must have ended.

    Lambda keeps /tmp and the log stream over a re-init, and gives a new environment new ones. So the first
    process leaves a file there, named by the log stream. The workers of a managed instance share both: they
    cannot tell. In doubt it is a first process.
    """
    if environment.init_type == MANAGED_INSTANCES or not environ.get("AWS_LAMBDA_LOG_STREAM_NAME"):
        return False
    mark = Path(environ.get("TMPDIR", "/tmp"), f"lifespan-adapter-{environment.id}")  # noqa: S108 - Lambda's own
    mine = str(os.getpid())
    try:
        with mark.open("x", encoding="ascii") as file:
            file.write(mine)
    except FileExistsError:
        with contextlib.suppress(OSError, ValueError):
            return mark.read_text(encoding="ascii") != mine
    except OSError:
        pass
    return False


def process_began_ns(stat: Path = Path("/proc/self/stat")) -> int:
    """When this process was started, to a clock tick (10 ms); now, where the system does not tell.

    The age is taken against the clock that `starttime` counts on, not `btime`, which is in whole seconds.
    """
    now = time.time_ns()
    try:
        # The second field is the program's name in brackets and may hold anything; `starttime` is the 22nd.
        ticks = int(stat.read_bytes().rpartition(b")")[2].split()[19])
        age = time.clock_gettime_ns(time.CLOCK_BOOTTIME) - ticks * 1_000_000_000 // os.sysconf("SC_CLK_TCK")
    except (OSError, IndexError, ValueError, AttributeError):
        return now
    return now - max(age, 0)


def _hash(data: bytes) -> str:
    return hashlib.blake2s(data, digest_size=6).hexdigest()
