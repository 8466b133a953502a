"""Environments with known first requests and known warm ones, as lines of a log."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from random import Random

from tests.telemetry.report.log_streams import Stream

BATCH = 500


@dataclass(frozen=True)
class Life:
    """What an environment of one arm does: INIT, a first request, and warm ones."""

    arm: str
    init_ms: float
    first_ms: float
    warm_ms: float
    requests: int
    startup_ms: float = 700.0
    timed_out: bool = False


def stream(life: Life, name: str, *, assigned: bool = True) -> Stream:
    """Write the lines of one environment; its warm requests share records."""
    found = Stream(name, life.arm)
    if assigned:
        found.assigned()
    found.startup(life.startup_ms)
    if life.timed_out:
        found.wait(1).wait(life.first_ms).report(f"{name}-1", life.first_ms, life.init_ms, status="timeout")
    else:
        startup = {"startup_ms": life.startup_ms} if life.arm != "init" else {}
        found.wait(1).record(
            "invocation", n=1, request_id=f"{name}-1", start="cold", status=200,
            InvocationDuration=life.first_ms, **startup,
        )  # fmt: skip
        found.wait(life.first_ms).report(f"{name}-1", life.first_ms, life.init_ms)
    for begin in range(1, life.requests, BATCH):
        ids = [f"{name}-{number}" for number in range(begin + 1, min(begin + BATCH, life.requests) + 1)]
        found.wait(1).record("warm", request_ids=ids, InvocationDuration=[life.warm_ms] * len(ids))
    return found


def lab() -> Stream:
    """The record that makes a run one of the lab."""
    return Stream("lab").record("lab", run="1")


def spread(
    arm: str, lives: int, first_ms: float, warm_ms: float, requests: int, *, init_ms: float, sd: float,
    warm_sd: float, seed: int,
) -> Iterator[Life]:  # fmt: skip
    """Draw lives whose INIT, and whose machines, differ by chance."""
    random = Random(f"{arm}{seed}")  # noqa: S311  # a simulation
    for _ in range(lives):
        init, warm = random.gauss(init_ms, sd), max(1.0, random.gauss(warm_ms, warm_sd))
        yield Life(arm, init, first_ms, warm, requests)


def streams(lives: Iterable[Life], *, assigned: bool = True) -> Iterator[Stream]:
    """Write each life into a stream of its own."""
    for number, life in enumerate(lives):
        yield stream(life, f"{life.arm}-{number}", assigned=assigned)
