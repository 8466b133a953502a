from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws

GROUP = "/aws/lambda/tickets"


@pytest.fixture(autouse=True)
def nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """An identity that no account knows; no test of this folder reaches AWS."""
    for name in ("AWS_PROFILE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture
def logs() -> Iterator[Any]:
    """CloudWatch Logs, with an empty group."""
    with mock_aws():
        client = boto3.client("logs", region_name="eu-west-1")
        client.create_log_group(logGroupName=GROUP)
        yield client


def put(logs: Any, lines: list[str], stream: str = "one", ago: timedelta = timedelta(hours=3)) -> None:
    """Write lines, a second apart, so long ago."""
    at = round((datetime.now(UTC) - ago).timestamp() * 1000)
    logs.create_log_stream(logGroupName=GROUP, logStreamName=stream)
    events = [{"timestamp": at + number, "message": line} for number, line in enumerate(lines)]
    for begin in range(0, len(events), 1000):
        logs.put_log_events(logGroupName=GROUP, logStreamName=stream, logEvents=events[begin : begin + 1000])
