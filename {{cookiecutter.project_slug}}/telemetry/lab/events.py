"""The events that the lab sends: read from files, or a request of its own."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from telemetry.lab.usage import UsageError

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
"""The event without `--event`: `GET /` of an API Gateway HTTP API, payload version 2.0."""


@dataclass(frozen=True, slots=True)
class EventSource:
    """An event, and how often it is drawn in comparison with the others."""

    event: Mapping[str, Any]
    weight: float = 1


def read_sources(arguments: Sequence[str]) -> tuple[EventSource, ...]:
    """Read the values of `--event`, `FILE` or `FILE=WEIGHT`; without any, the event is `GET_ROOT`.

    Raises:
        UsageError: A file or a weight cannot be used.
    """
    return tuple(map(_source, arguments)) or (EventSource(GET_ROOT),)


def _source(argument: str) -> EventSource:
    name, equals, weight = argument.rpartition("=")
    if not equals or Path(argument).is_file():
        name, weight = argument, "1"
    try:
        event = json.loads(Path(name).read_text(encoding="utf-8-sig"))
        source = EventSource(event, float(weight))
    except OSError as error:
        raise UsageError(f"--event {name}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"--event {name}: the file is not UTF-8 text") from error
    except json.JSONDecodeError as error:
        raise UsageError(f"--event {name}: the file is not valid JSON: {error}") from error
    except ValueError as error:
        raise UsageError(f"--event {argument}: the weight {weight!r} is not a number") from error
    if not isinstance(event, dict):
        raise UsageError(f"--event {name}: an event must be a JSON object")
    if not 0 < source.weight < float("inf"):
        raise UsageError(f"--event {argument}: a weight must be greater than 0 and finite")
    return source
