"""An HTTP API, payload format 2.0.

Encoded: `rawQueryString`. Decoded: `rawPath`, `requestContext.http.path`. Header values are text, by UTF-8.
"""

from typing import Any
from urllib.parse import parse_qs

from tests.adapter.http.oracle.exchange import Gateway, Request, by_name
from tests.adapter.http.oracle.gateways.shared import (
    API_GATEWAY,
    RECORDED,
    UTF8_HEADERS,
    added,
    body_fields,
    decoded,
    decoded_path,
    forwarding,
    joined_request_lines,
    joined_response_lines,
    no_client_port,
    reply_2,
    texts,
)

FORMAT = f"{API_GATEWAY}/http-api-develop-integrations-lambda.html"
DOMAIN = "a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com"


def fields(request: Request) -> dict[str, Any]:
    """What an HTTP API and a function URL have in common."""
    headers = texts(by_name([*request.lines, *forwarding(request)]))
    cookies = headers.pop("cookie", [])
    made: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "$default",
        "rawQueryString": request.query,
        "headers": {name: ",".join(values) for name, values in headers.items()},
        **body_fields(request, None),
    }
    if cookies:
        made["cookies"] = cookies[0].split("; ")
    if request.query:
        parameters = parse_qs(request.query, keep_blank_values=True)
        made["queryStringParameters"] = {name: ",".join(values) for name, values in parameters.items()}
    if made["body"] is None:
        del made["body"]
    return made


def context(request: Request, domain: str) -> dict[str, Any]:
    """`requestContext`."""
    path = decoded(request.path)
    http = {"method": request.method, "path": path, "protocol": "HTTP/1.1", "sourceIp": request.client[0]}
    return {"domainName": domain, "http": http, "stage": "$default"}


def event(request: Request) -> dict[str, Any]:
    """Its event."""
    return fields(request) | {"rawPath": decoded(request.path), "requestContext": context(request, DOMAIN)}


HTTP_API = Gateway(
    "HTTP API",
    event,
    reply_2,
    [
        decoded_path(f"{RECORDED} and https://github.com/middleapi/standard-server/pull/93"),
        joined_request_lines(FORMAT),
        added(forwarding, RECORDED),
        no_client_port(FORMAT),
        UTF8_HEADERS,
        joined_response_lines(FORMAT),
    ],
    only_utf8=True,
)
