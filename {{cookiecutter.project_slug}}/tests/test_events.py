from datetime import UTC, datetime

import pytest

from tests import tickets_table
from tests.events import load

REQUESTS = {
    "create-ticket": ("POST", "/tickets"),
    "read-ticket": ("GET", "/tickets/{}"),
    "export-ticket": ("GET", "/tickets/{}/export"),
}


@pytest.mark.parametrize("name", REQUESTS)
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


@pytest.mark.parametrize(("name", "request_line"), REQUESTS.items())
def test_event_asks_seeded(name: str, request_line: tuple[str, str]) -> None:
    http = load(name)["requestContext"]["http"]
    seeded = [item["id"]["S"] for item in tickets_table.definition()["Items"]]

    method, path = request_line
    assert http["method"] == method
    assert http["path"] in [path.format(ticket_id) for ticket_id in seeded]
