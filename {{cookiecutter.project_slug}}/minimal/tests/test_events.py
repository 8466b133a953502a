from datetime import UTC, datetime

import pytest

from tests.events import EVENTS, load


@pytest.mark.parametrize("name", sorted(path.stem for path in EVENTS.glob("*.json")))
def test_event_is_consistent(name: str) -> None:
    event = load(name)
    context = event["requestContext"]

    assert event["version"] == "2.0"
    assert event["routeKey"] == context["routeKey"] == context["stage"] == "$default"
    assert event["rawPath"] == context["http"]["path"]
    assert event["headers"]["host"] == context["domainName"]
    assert event["headers"]["content-length"] == str(len(event.get("body", "").encode()))
    assert datetime.strptime(context["time"], "%d/%b/%Y:%H:%M:%S %z") == datetime.fromtimestamp(
        context["timeEpoch"] / 1000, UTC
    )
