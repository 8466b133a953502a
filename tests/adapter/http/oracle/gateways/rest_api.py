"""A REST API, and an HTTP API with payload format 1.0.

Encoded: a REST API's `path`. Decoded: an HTTP API's `path`, and all parameters. Header names keep their case.
"""

from typing import Any

from tests.adapter.http.oracle.exchange import Gateway, Reply, Request
from tests.adapter.http.oracle.gateways.http_api import FORMAT
from tests.adapter.http.oracle.gateways.shared import (
    API_GATEWAY,
    RECORDED,
    UTF8_HEADERS,
    added,
    body_fields,
    body_of,
    decoded,
    decoded_parameters,
    decoded_path,
    decoded_query,
    forwarding,
    lines_of,
    lines_of_lists,
    no_client_port,
)

PROXY = f"{API_GATEWAY}/set-up-lambda-proxy-integrations.html"


def event(request: Request) -> dict[str, Any]:
    """A REST API's event."""
    several: dict[str, list[str]] = {}
    spelt: dict[bytes, str] = {}
    for name, value in [*request.lines, *forwarding(request)]:
        several.setdefault(spelt.setdefault(name.lower(), name.decode()), []).append(value.decode())
    parameters = decoded_parameters(request.query)
    return {
        "resource": "/{proxy+}",
        "path": request.path,
        "httpMethod": request.method,
        "headers": {name: values[-1] for name, values in several.items()},
        "multiValueHeaders": several,
        "queryStringParameters": {name: values[-1] for name, values in parameters.items()} or None,
        "multiValueQueryStringParameters": parameters or None,
        "requestContext": {
            "httpMethod": request.method,
            "identity": {"sourceIp": request.client[0]},
            "path": f"/live{request.path}",
            "protocol": "HTTP/1.1",
            "stage": "live",
        },
        **body_fields(request, None),
    }


def event_1(request: Request) -> dict[str, Any]:
    """An HTTP API's event."""
    made = event(request) | {"version": "1.0", "path": decoded(request.path)}
    made["requestContext"] |= {"path": decoded(request.path), "stage": "$default"}
    return made


def reply(result: Any) -> Reply:
    """A response of a result; names that stand in both fields have the values of both."""
    lines = lines_of(result.get("headers")) + lines_of_lists(result.get("multiValueHeaders"))
    return Reply(result["statusCode"], lines, [body_of(result)])


REST_API = Gateway(
    "REST API",
    event,
    reply,
    [decoded_query(PROXY), added(forwarding, RECORDED), no_client_port(PROXY), UTF8_HEADERS],
)
HTTP_API_1 = Gateway(
    "HTTP API, format 1.0",
    event_1,
    reply,
    [
        decoded_path("https://github.com/middleapi/standard-server/pull/93"),
        decoded_query(FORMAT),
        added(forwarding, RECORDED),
        no_client_port(FORMAT),
        UTF8_HEADERS,
    ],
    only_utf8=True,
)
