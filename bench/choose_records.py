"""Records of a simulated fleet, as the function and the platform write them."""

import argparse
import json
import math
import sys
from collections.abc import Iterator
from random import Random
from typing import Any, Final

import numpy as np

from bench.choose_fleets import DAY, INIT, NAMES, Fleet, Policy, Shape, policy_of, traffic_of
from telemetry.report.choose.levels import Traffic

EPOCH: Final = 1_790_000_000.0
"""Unix seconds; a Monday."""
STARTUP: Final = 0.6
"""Seconds of INIT that the lifespan's startup takes."""


def lines(traffic: Traffic, policy: Policy, seed: int, *, platform: bool = True) -> Iterator[str]:
    """Yield the lines of a log."""
    served = Fleet(policy, Random(seed)).served(traffic)  # noqa: S311  # a simulation
    numbers: dict[int, int] = {}
    rows = zip(
        served.environment.tolist(),
        served.at.tolist(),
        served.until.tolist(),
        served.cold.tolist(),
        strict=True,
    )
    for request, (environment, at, until, cold) in enumerate(rows):
        n = numbers[environment] = numbers.get(environment, 0) + 1
        yield from map(_json, _records(environment, n, request, (at, until, cold), platform=platform))


def _records(
    environment: int, n: int, request: int, times: tuple[float, float, bool], *, platform: bool
) -> Iterator[dict[str, Any]]:
    at, until, cold = times
    init = INIT if cold else 0.0
    ms = (until - at - init) * 1000
    common = {
        "v": 1,
        "service": "tickets",
        "environment": f"{environment:012x}",
        "process": f"{environment:08x}",
        "placement": "init",
    }
    began = round((EPOCH + at + init) * 1000, 3)
    if n == 1:
        yield {
            "record": "startup", "at": began - STARTUP * 1000, **common, "ordinal": 1, "phase": "init",
            "outcome": "complete", "StartupDuration": STARTUP * 1000, "init_ms": (INIT - STARTUP) * 1000,
            "memory_mb": 1024, "version": "1", "function": "tickets",
        }  # fmt: skip
    start = ("cold" if cold else "proactive") if n == 1 else "warm"
    known = {"memory_mb": 1024, "version": "1", "function": "tickets"} if n == 1 else {}
    yield {
        "record": "invocation", "at": began, **common, "n": n, "request_id": f"{request:032x}",
        "start": start, "ColdStart": int(cold), "InvocationDuration": round(ms, 3), "status": 200, **known,
    }  # fmt: skip
    if platform:
        metrics: dict[str, float] = {
            "durationMs": round(ms, 3), "billedDurationMs": math.ceil(ms + init * 1000),
            "memorySizeMB": 1024, "maxMemoryUsedMB": 200,
        }  # fmt: skip
        if cold:
            metrics["initDurationMs"] = init * 1000
        record = {"requestId": f"{request:032x}", "status": "success", "metrics": metrics}
        yield {"time": "2026-09-21T00:00:00.000Z", "type": "platform.report", "record": record}


def _json(line: dict[str, Any]) -> str:
    return json.dumps(line, separators=(",", ":"))


def main() -> None:
    """Write records to standard output."""
    parser = argparse.ArgumentParser(prog="python -m bench.choose_records", description=__doc__)
    parser.add_argument("--rate", type=float, default=0.3, help="requests a second (%(default)s)")
    parser.add_argument("--days", type=int, default=14)
    parser.add_argument(
        "--service", type=float, default=0.12, help="median seconds of a request (%(default)s)"
    )
    parser.add_argument("--policy", choices=NAMES, default=NAMES[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--no-platform", action="store_true")
    given = parser.parse_args()
    shape = Shape(given.rate, swing=0.7, bursts_per_day=3, service=given.service)
    traffic = traffic_of(shape, given.days, np.random.default_rng(given.seed))
    policy = policy_of(given.policy, Random(given.seed))  # noqa: S311  # as above
    for line in lines(traffic, policy, given.seed, platform=not given.no_platform):
        sys.stdout.write(line + "\n")
    sys.stderr.write(f"{len(traffic.at)} requests in {traffic.seconds / DAY:.0f} days\n")


if __name__ == "__main__":
    main()
