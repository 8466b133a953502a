"""Headers kept in AWS: fetched once, when they are needed."""

import json
import time
from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from telemetry.export.otlp_headers import OtlpHeaders, parse_secret
from telemetry.export.otlp_http import OtlpHttp
from telemetry.settings import parse_base
from telemetry.spans.queue import DroppedSpans
from tests.telemetry.export import otlp_endpoint as otlp
from tests.telemetry.export.test_otlp_http import SPAN

REGION = "eu-west-1"


@pytest.fixture(autouse=True)
def _aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")  # not where the secret is
    with mock_aws():
        yield


def secret(text: str) -> str:
    client = boto3.client("secretsmanager", region_name=REGION)
    return str(client.create_secret(Name="otlp", SecretString=text)["ARN"])


def parameter(text: str) -> str:
    client = boto3.client("ssm", region_name=REGION)
    client.put_parameter(Name="/team/otlp", Value=text, Type="SecureString")
    return f"arn:aws:ssm:{REGION}:123456789012:parameter/team/otlp"


@pytest.mark.parametrize("keep", [secret, parameter])
@pytest.mark.parametrize("text", ["x-api-key=s3cret", json.dumps({"x-api-key": "s3cret"})])
def test_headers_kept_in_aws_are_sent(keep: object, text: str) -> None:
    assert callable(keep)
    headers = OtlpHeaders({"x-team": "tickets"}, keep(text))
    assert headers.all == {"x-team": "tickets"}
    with otlp.listening() as endpoint:
        exporter = OtlpHttp(parse_base(endpoint.url), headers, DroppedSpans())
        exporter.prepare(time.monotonic() + 60)
        exporter.export([SPAN], time.monotonic() + 60)
    [received] = endpoint.received
    assert (received.headers["x-api-key"], received.headers["x-team"]) == ("s3cret", "tickets")


def test_secret_is_fetched_once() -> None:
    arn = secret("a=1")
    headers = OtlpHeaders({}, arn)
    headers.fetch()
    boto3.client("secretsmanager", region_name=REGION).put_secret_value(SecretId=arn, SecretString="a=2")
    headers.fetch()
    assert (headers.complete, headers.all) == (True, {"a": "1"})


def test_missing_secret_is_fetched_again() -> None:
    headers = OtlpHeaders({}, f"arn:aws:secretsmanager:{REGION}:123456789012:secret:none-abcdef")
    with pytest.raises(Exception, match="ResourceNotFound"):
        headers.fetch()
    assert not headers.complete


@pytest.mark.parametrize(
    "text", ["{", '{"a": 1}', '{"": "b"}', '{"a": "€"}', '{"a": "b\\r\\nc: d"}', "nothing"]
)
def test_secret_that_holds_no_headers_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not an? |Expecting"):
        parse_secret(text)
