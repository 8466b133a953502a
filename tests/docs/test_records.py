"""The page about records lists each field of each record, and no other."""

from collections import defaultdict

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from adapter.facts import EnvironmentEnded, LifespanDied, Outcome, PlacementChanged, StartupEnded
from telemetry import schema
from tests.docs.documents import documented_fields, table, text
from tests.telemetry.facts import MS, T0, S, resource, shut_down, started, startup
from tests.telemetry.harness import Harness, request

MANY = {f"key_{number}": 1 for number in range(1000)}


async def answer(_: Request) -> PlainTextResponse:
    return PlainTextResponse("ok")


def begin(environ: dict[str, str]) -> Harness:
    harness = Harness(environ)
    fact = started(init_type="snap-start")
    harness.observe(fact._replace(reinit=True, restore_ns=40 * MS))
    return harness


def ended(outcome: Outcome = "complete", ordinal: int = 1) -> StartupEnded:
    fact = startup(ordinal=ordinal, resources=(resource(error="OSError"), resource("tickets")))
    error = "OSError" if outcome == "failed" else None
    return fact._replace(outcome=outcome, error=error, deferred=True, state_keys=tuple(MANY) * 2)


def experiment() -> Harness:
    """One of everything that goes wrong, and an invocation with every field."""
    harness = begin({"LIFESPAN_EXPERIMENT": "init=1,first_invocation=1", "LIFESPAN_EXPERIMENT_PLANNED": "9"})
    keys = tuple(f"{'long' * 10}_{number}" for number in range(500))
    harness.start_up(ended()._replace(state_keys=keys))
    harness.start_up(ended("failed", 2))
    app = harness.telemetry.traced(Starlette(routes=[Route("/tickets/{id}", answer)]))
    harness.invoke(
        inside=lambda: request(app, "/tickets/1", []),
        error="OSError",
        touched=MANY,
        startup_ns=MS,
        shutdown_ns=MS,
        cut=True,
        startup_ordinal=1,
    )
    harness.invoke(2, trace_context={"traceparent": 5}, ping=True, status=None)  # type: ignore[dict-item] # a fault
    harness.observe(PlacementChanged(T0, "every_invocation", "init", "a repeated startup failed", "OSError"))
    harness.observe(LifespanDied(T0, 1, "OSError"))
    harness.observe(shut_down(outcome="failed", error="TimeoutError"))
    harness.observe(EnvironmentEnded(T0 + 9 * S, 2, 0))
    return harness


def batch() -> Harness:
    harness = begin({"LIFESPAN_WRITE_EVERY": "100"})
    harness.start_up(ended())
    app = harness.telemetry.traced(Starlette(routes=[Route("/", answer)]))
    for index in (1, 2):
        harness.invoke(index, lambda: request(app, "/", []), touched=MANY, startup_ordinal=1)
    harness.observe(EnvironmentEnded(T0 + 9 * S, 2, 0))
    return harness


@pytest.fixture(scope="module")
def written() -> dict[str, set[str]]:
    """The fields of each kind of record, from records with all of them."""
    fields = defaultdict[str, set[str]](set)
    for harness in (experiment(), batch()):
        for line in harness.lines:
            fields[line["record"]].update(line)
    return dict(fields)


@pytest.mark.parametrize("kind", [kind for kind in schema.KINDS if kind != schema.LAB])
def test_page_lists_the_fields_of_each_record(written: dict[str, set[str]], kind: str) -> None:
    common = documented_fields("Fields of every record")
    assert written[kind] - common == documented_fields(f"`{kind}`")


def test_page_lists_the_common_fields(written: dict[str, set[str]]) -> None:
    common = documented_fields("Fields of every record")
    assert common == set.intersection(*written.values()) | {"_aws"}


def test_page_has_every_kind_once() -> None:
    rows = [line for line in text("records").splitlines() if "`telemetry/records/`" in line]
    kinds = [row.split("`")[1] for row in rows if row.startswith("| `")]
    assert [*kinds, schema.LAB] == [*schema.KINDS]


def test_units_are_given() -> None:
    """Of every duration, every size, and every metric."""
    units = {"_ms": "ms", "_ns": "ns", "_mb": "MB", "_s": "seconds", "_bytes": "bytes"}
    metrics = {
        metric.name: {"Milliseconds": "ms", "Bytes": "bytes", "Percent": "percent", "Count": "count"}[
            metric.unit
        ]
        for metric in schema.METRICS
    }
    for kind in schema.KINDS:
        for cells in table("records", f"`{kind}`"):
            for name in cells[0].replace("`", "").split(", "):
                expected = metrics.get(name) or next(
                    (units[end] for end in units if name.endswith(end)), None
                )
                assert expected is None or expected in cells[1] or "as on" in cells[1], name
