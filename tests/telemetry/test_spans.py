import random
import threading

import pytest
from opentelemetry import trace
from opentelemetry.trace import SpanKind, StatusCode

from adapter.facts import EnvironmentEnded, SnapshotAnnounced
from telemetry.span_export import SpanExport
from tests.telemetry.house import House
from tests.telemetry.made import ARN, MS, T0, S, answered, invoked, started
from tests.telemetry.test_parent import TRACEPARENT, W3C_IDS


def test_invocation_is_a_server_span(house: House) -> None:
    house.observe(started())
    house.invoke(status=201)
    span = house.span("tickets-api")
    assert span.kind is SpanKind.SERVER
    assert (span.start_time, span.end_time) == (T0 + 1400 * MS, T0 + 1400 * MS + 4200 * 1000)
    assert span.status.status_code is StatusCode.UNSET
    assert dict(span.attributes or {}) == {
        "faas.trigger": "http",
        "faas.coldstart": True,
        "faas.invocation_id": "8f3c1c6e-4b0a-4a53-9a7f-0a1b2c3d4e5f",
        "cloud.account.id": "123456789012",
        "cloud.resource_id": ARN,
        "aws.lambda.invoked_arn": ARN,
        "http.response.status_code": 201,
    }


def test_resource_is_fixed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "team=s3cret")
    house.observe(started())
    house.invoke()
    resource = house.span("tickets-api").resource
    attributes = dict(resource.attributes)
    assert attributes.pop("telemetry.sdk.version")
    assert attributes == {
        "service.name": "tickets",
        "cloud.provider": "aws",
        "cloud.platform": "aws_lambda",
        "cloud.region": "eu-west-1",
        "faas.name": "tickets-api",
        "faas.version": "7",
        "faas.instance": "2026/01/01/[7]abc",
        "faas.max_memory": 512 * 1_048_576,
        "telemetry.sdk.language": "python",
        "telemetry.sdk.name": "opentelemetry",
    }


@pytest.mark.parametrize(
    ("arn", "resource_id", "account"),
    [
        (f"{ARN}:live", f"{ARN}:7", "123456789012"),
        (f"{ARN}:7", f"{ARN}:7", "123456789012"),
        (ARN, ARN, "123456789012"),
        ("local", None, None),
        ("", None, None),
    ],
)
def test_alias_becomes_its_version(
    house: House, arn: str, resource_id: str | None, account: str | None
) -> None:
    house.observe(started())
    began = invoked(arn=arn)
    house.observe(began)
    house.observe(answered(began))
    house.invoke(2)
    attributes, second = (span.attributes or {} for span in house.spans)
    assert second["aws.lambda.invoked_arn"] == ARN
    assert attributes.get("cloud.resource_id") == resource_id
    assert attributes.get("cloud.account.id") == account
    assert attributes.get("aws.lambda.invoked_arn") == (arn or None)


@pytest.mark.parametrize(
    ("status", "error", "error_type"),
    [
        (200, None, None),
        (404, None, None),
        (500, None, "500"),
        (503, None, "503"),
        (500, "KeyError", "KeyError"),
    ],
)
def test_server_errors_are_errors(
    house: House, status: int, error: str | None, error_type: str | None
) -> None:
    house.observe(started())
    house.invoke(status=status, error=error)
    span = house.span("tickets-api")
    assert (span.attributes or {}).get("error.type") == error_type
    assert (span.status.status_code is StatusCode.ERROR) is (error_type is not None)
    assert span.status.description is None


def test_events_other_than_http_say_so(house: House) -> None:
    house.observe(started())
    house.invoke(status=None)
    assert (house.span("tickets-api").attributes or {})["faas.trigger"] == "other"


def test_parent_is_the_caller(house: House) -> None:
    house.observe(started())
    house.invoke(trace_context={"traceparent": TRACEPARENT})
    span = house.span("tickets-api")
    assert span.context
    assert span.parent
    assert (f"{span.context.trace_id:032x}", f"{span.parent.span_id:016x}") == W3C_IDS[:2]
    assert span.parent.is_remote
    assert house.record("invocation")["trace_id"] == W3C_IDS[0]


def test_unsampled_parent_records_nothing(house: House) -> None:
    house.observe(started())
    house.invoke(
        trace_context={"traceparent": TRACEPARENT[:-2] + "00"},
        inside=lambda: house.telemetry.tracer_provider.get_tracer("team").start_span("work").end(),
    )
    assert house.spans == []
    assert house.record("invocation")["trace_id"] == W3C_IDS[0]


@pytest.mark.parametrize(("ratio", "expected"), [("0", 0), ("1", 40)])
def test_ratio_decides_for_roots(ratio: str, expected: int) -> None:
    house = House({"OTEL_TRACES_SAMPLER_ARG": ratio})
    house.observe(started())
    for index in range(1, 41):
        house.invoke(index)
    assert len(house.spans) == expected
    assert all(record["trace_id"] for record in house.records("invocation"))


@pytest.mark.parametrize(
    ("endpoint", "sampled", "expected"),
    [
        ("", "0", 0),
        ("http://127.0.0.1:9", "0", 1),
        ("http://127.0.0.1:9", "1", 1),
    ],
    ids=["X-Ray's own", "nobody's", "X-Ray's, and sent elsewhere"],
)
def test_lambdas_no_counts_for_xray_only(endpoint: str, sampled: str, expected: int) -> None:
    """With tracing off, Lambda says no to every request, so that an endpoint would see next to none."""
    said = f"Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled={sampled}"
    house = House({"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "_X_AMZN_TRACE_ID": said})
    house.observe(started())
    house.invoke()
    assert len(house.spans) == expected
    assert [span.parent is None for span in house.spans] == [sampled == "0"] * expected


@pytest.mark.parametrize(("every", "after"), [("1", [1, 2, 3, 4]), ("3", [0, 0, 3, 3])])
def test_spans_leave_every_nth_time(every: str, after: list[int]) -> None:
    house = House({"LIFESPAN_FLUSH_EVERY": every})
    house.observe(started())
    exported = []
    for index in range(1, 5):
        house.invoke(index)
        exported.append(len(house.memory.get_finished_spans()))
    assert exported == after
    house.observe(EnvironmentEnded(T0 + 9 * S, 4, 0))
    assert len(house.memory.get_finished_spans()) == 4


def test_threads_may_end_spans_too(house: House) -> None:
    tracer = house.telemetry.tracer_provider.get_tracer("team")

    def work() -> None:
        threads = [threading.Thread(target=lambda: tracer.start_span("work").end()) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    house.observe(started())
    house.invoke(inside=work)
    assert [span.name for span in house.spans].count("work") == 4


def test_provider_is_private(house: House) -> None:
    assert trace.get_tracer_provider() is not house.telemetry.tracer_provider
    house.observe(started())
    house.invoke(inside=lambda: trace.get_tracer("a library").start_span("theirs").end())
    assert [span.name for span in house.spans] == ["tickets-api"]


def test_seed_of_random_is_left_alone(house: House) -> None:
    before = random.getstate()
    house.observe(started())
    house.invoke()
    assert random.getstate() == before


def test_failed_beginning_leaves_nothing_behind(house: House) -> None:
    house.observe(started())
    house.invoke(1)
    house.invoke(2, trace_context={"traceparent": 5})  # type: ignore[dict-item]  # what no adapter states
    house.invoke(3)
    first, second, third = house.records("invocation")
    assert "trace_id" not in second
    assert first["trace_id"] != third["trace_id"]
    assert len(house.spans) == 2
    assert house.record("fault")["sink"] == "spans"


@pytest.mark.parametrize(("ratio", "expected"), [("0", 0), ("1", 1)])
def test_ratio_decides_where_nobody_has(ratio: str, expected: int) -> None:
    house = House({"OTEL_TRACES_SAMPLER_ARG": ratio})
    house.observe(started())
    undecided = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8"
    house.invoke(trace_context={"x-amzn-trace-id": undecided})
    assert [span.parent and span.parent.span_id for span in house.spans] == [0x53995C3F42CD8AD8] * expected
    assert house.record("invocation")["trace_id"] == "5759e988bd862e3fe1be46a994272793"


def test_copies_of_a_snapshot_send_nothing_of_its(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def not_yet(*_: object) -> None:
        raise TimeoutError

    before = started(init_type="snap-start")
    house.observe(before)
    house.start_up()
    with monkeypatch.context() as patched:
        patched.setattr(SpanExport, "ready", not_yet)
        house.observe(SnapshotAnnounced(T0 + 2 * S))
    house.observe(before)
    house.invoke()
    assert [span.name for span in house.spans] == ["tickets-api"]
    house.observe(EnvironmentEnded(T0 + 9 * S, 1, 0))
    assert house.record("end")["dropped_spans"] == 1
