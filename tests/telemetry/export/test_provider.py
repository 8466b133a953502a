import threading

import pytest
from opentelemetry import trace

from tests.telemetry.facts import started
from tests.telemetry.harness import Harness


def test_resource_is_fixed(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "team=s3cret")
    harness.observe(started())
    harness.invoke()
    resource = harness.span("tickets-api").resource
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


def test_threads_may_end_spans_too(harness: Harness) -> None:
    tracer = harness.telemetry.tracer_provider.get_tracer("service.tickets")

    def work() -> None:
        threads = [threading.Thread(target=lambda: tracer.start_span("work").end()) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    harness.observe(started())
    harness.invoke(inside=work)
    assert [span.name for span in harness.spans].count("work") == 4


def test_provider_is_private(harness: Harness) -> None:
    assert trace.get_tracer_provider() is not harness.telemetry.tracer_provider
    harness.observe(started())
    harness.invoke(inside=lambda: trace.get_tracer("a library").start_span("theirs").end())
    assert [span.name for span in harness.spans] == ["tickets-api"]
