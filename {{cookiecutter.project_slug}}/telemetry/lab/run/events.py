"""The events that the lab sends: API Gateway HTTP API v2, from files or a plain `GET /`."""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from telemetry.lab.run.settings import UsageError

GET_ROOT: Final[Mapping[str, Any]] = {
    "version": "2.0",
    "routeKey": "$default",
    "rawPath": "/",
    "rawQueryString": "",
    "headers": {"accept": "*/*", "host": "lab.execute-api.us-east-1.amazonaws.com", "user-agent": "lab"},
    "requestContext": {
        "accountId": "123456789012",
        "apiId": "lab",
        "domainName": "lab.execute-api.us-east-1.amazonaws.com",
        "domainPrefix": "lab",
        "http": {
            "method": "GET",
            "path": "/",
            "protocol": "HTTP/1.1",
            "sourceIp": "127.0.0.1",
            "userAgent": "lab",
        },
        "requestId": "",
        "routeKey": "$default",
        "stage": "$default",
        "time": "",
        "timeEpoch": 0,
    },
    "isBase64Encoded": False,
}


@dataclass(frozen=True, slots=True)
class EventSource:
    """An event, and how often it is drawn in comparison with the others."""

    event: Mapping[str, Any]
    weight: float = 1


def read_sources(arguments: Sequence[str]) -> tuple[EventSource, ...]:
    """Read `FILE` or `FILE=WEIGHT` arguments; none at all means `GET /`.

    Raises:
        UsageError: a file or a weight cannot be used.
    """
    return tuple(map(_source, arguments)) or (EventSource(GET_ROOT),)


def _source(argument: str) -> EventSource:
    name, equals, weight = argument.rpartition("=")
    if not equals or Path(argument).is_file():
        name, weight = argument, "1"
    try:
        event = json.loads(Path(name).read_text(encoding="utf-8"))
        source = EventSource(event, float(weight))
    except OSError as error:
        raise UsageError(f"event file {name}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"event file {name}: not UTF-8 text") from error
    except json.JSONDecodeError as error:
        raise UsageError(f"event file {name}: no valid JSON, {error}") from error
    except ValueError as error:
        raise UsageError(f"event {argument}: the weight {weight!r} is not a number") from error
    if not isinstance(event, dict):
        raise UsageError(f"event file {name}: an event is a JSON object")
    if not 0 < source.weight < float("inf"):
        raise UsageError(f"event {argument}: a weight is above 0")
    return source


def encoded(event: Mapping[str, Any], request_id: str) -> bytes:
    """Return the event with this moment's request id and time, all else as it is in the file."""
    context = event.get("requestContext")
    if isinstance(context, dict):
        now = time.time()
        fresh = {
            "requestId": request_id,
            "time": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(now)),
            "timeEpoch": int(now * 1000),
        }
        present = {name: value for name, value in fresh.items() if name in context}
        event = {**event, "requestContext": {**context, **present}}
    return json.dumps(event).encode()
