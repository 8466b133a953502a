"""Our own spans, as an exporter gets them."""

import pytest
from opentelemetry.trace import SpanKind, StatusCode

from tests.telemetry.facts import ARN, MS, T0, answered, invoked, started
from tests.telemetry.harness import Harness


def test_invocation_is_a_server_span(harness: Harness) -> None:
    harness.observe(started())
    harness.invoke(status=201)
    span = harness.span("tickets-api")
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


def test_t13_span_of_a_ping_is_marked(harness: Harness) -> None:
    harness.observe(started())
    harness.invoke(1, ping=True, status=None)
    harness.invoke(2)
    ping, request = (span.attributes or {} for span in harness.spans)
    assert (ping["lifespan.ping"], ping["faas.trigger"]) == (True, "other")
    assert "lifespan.ping" not in request


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
    harness: Harness, arn: str, resource_id: str | None, account: str | None
) -> None:
    harness.observe(started())
    began = invoked(arn=arn)
    harness.observe(began)
    harness.observe(answered(began))
    harness.invoke(2)
    attributes, second = (span.attributes or {} for span in harness.spans)
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
    harness: Harness, status: int, error: str | None, error_type: str | None
) -> None:
    harness.observe(started())
    harness.invoke(status=status, error=error)
    span = harness.span("tickets-api")
    assert (span.attributes or {}).get("error.type") == error_type
    assert (span.status.status_code is StatusCode.ERROR) is (error_type is not None)
    assert span.status.description is None


def test_events_other_than_http_say_so(harness: Harness) -> None:
    harness.observe(started())
    harness.invoke(status=None)
    assert (harness.span("tickets-api").attributes or {})["faas.trigger"] == "other"
