"""Who states the facts: the identity of this process and of its execution environment."""

import hashlib
import os
import time
from collections.abc import Mapping
from pathlib import Path

from adapter.facts import Environment


def inside_lambda(environ: Mapping[str, str]) -> bool:
    """Whether this process was started by Lambda, or by something that speaks Lambda's Runtime API."""
    return bool(environ.get("AWS_LAMBDA_RUNTIME_API"))


def environment_from(environ: Mapping[str, str]) -> Environment:
    """Identity of this process; every call makes a new one."""
    log_stream = environ.get("AWS_LAMBDA_LOG_STREAM_NAME")
    memory = environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "")
    return Environment(
        id=hashlib.blake2s(log_stream.encode() if log_stream else os.urandom(16), digest_size=6).hexdigest(),
        process=os.urandom(4).hex(),
        init_type=environ.get("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        memory_mb=int(memory) if memory.isdecimal() else None,
        process_began_ns=process_began_ns(),
    )


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
