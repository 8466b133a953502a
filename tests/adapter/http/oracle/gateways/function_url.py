"""A function URL.

Encoded: `rawPath`, `rawQueryString`. Decoded: `requestContext.http.path`. It has cookies twice, in `cookies`
and in `headers`.
"""

from typing import Any
from urllib.parse import unquote

from tests.adapter.http.oracle.exchange import Gateway, Request
from tests.adapter.http.oracle.gateways.http_api import context, fields
from tests.adapter.http.oracle.gateways.shared import (
    RECORDED,
    UTF8_HEADERS,
    added,
    forwarding,
    joined_request_lines,
    joined_response_lines,
    no_client_port,
    reply_2,
)

PAYLOAD = "https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html"
DOMAIN = "abcdefghijklmnopqrstuvwxyz012345.lambda-url.eu-west-1.on.aws"


def event(request: Request) -> dict[str, Any]:
    """Its event."""
    made = fields(request) | {"rawPath": request.path, "requestContext": context(request, DOMAIN)}
    made["requestContext"]["http"]["path"] = unquote(request.path)
    if "cookies" in made:
        made["headers"]["cookie"] = "; ".join(made["cookies"])
    return made


FUNCTION_URL = Gateway(
    "function URL",
    event,
    reply_2,
    [
        joined_request_lines(PAYLOAD),
        added(forwarding, RECORDED),
        no_client_port(PAYLOAD),
        UTF8_HEADERS,
        joined_response_lines(PAYLOAD),
    ],
)
