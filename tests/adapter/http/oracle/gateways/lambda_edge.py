"""Lambda@Edge, on viewer requests, the body included.

Encoded: `uri` and `querystring`. Header names are keys in lower case, and spelt as they came in `key`. Bodies
are in base64. The scheme is in the event where a policy asks for `CloudFront-Forwarded-Proto`.
"""

import base64
from typing import Any

from tests.adapter.http.oracle.exchange import Gateway, Lines, Reply, Request
from tests.adapter.http.oracle.gateways.shared import UTF8_HEADERS, added, no_client_port

GUIDE = "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide"
STRUCTURE = f"{GUIDE}/lambda-event-structure.html"


def own_lines(request: Request) -> Lines:
    """What CloudFront adds."""
    return [
        (b"CloudFront-Forwarded-Proto", request.scheme.encode()),
        (b"X-Forwarded-For", request.client[0].encode()),
    ]


def event(request: Request) -> dict[str, Any]:
    """Its event."""
    headers: dict[str, list[dict[str, str]]] = {}
    for name, value in [*request.lines, *own_lines(request)]:
        entry = {"key": name.decode(), "value": value.decode()}
        headers.setdefault(name.decode().lower(), []).append(entry)
    cf_request: dict[str, Any] = {
        "clientIp": request.client[0],
        "headers": headers,
        "method": request.method,
        "querystring": request.query,
        "uri": request.path,
    }
    if request.body:
        data = base64.b64encode(request.body).decode()
        cf_request["body"] = {
            "inputTruncated": False,
            "action": "read-only",
            "encoding": "base64",
            "data": data,
        }
    return {"Records": [{"cf": {"config": {"eventType": "viewer-request"}, "request": cf_request}}]}


def reply(result: Any) -> Reply:
    """A response of a result."""
    body = result["body"]
    lines = [
        (entry["key"].encode(), entry["value"].encode())
        for entries in result["headers"].values()
        for entry in entries
    ]
    return Reply(
        result["status"],
        lines,
        [base64.b64decode(body) if result["bodyEncoding"] == "base64" else body.encode()],
    )


LAMBDA_EDGE = Gateway(
    "Lambda@Edge",
    event,
    reply,
    [added(own_lines, f"{GUIDE}/adding-cloudfront-headers.html"), no_client_port(STRUCTURE), UTF8_HEADERS],
    schemes=("https", "http"),
)
