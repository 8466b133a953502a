"""Events as the four HTTP sources of Lambda send them."""

from typing import Any


def http_event(
    path: str = "/", method: str = "GET", *, headers: dict[str, str] | None = None, body: str | None = None
) -> dict[str, Any]:
    """An HTTP API (payload 2.0) or function URL event."""
    event: dict[str, Any] = {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": "q=1",
        "cookies": ["a=1", "b=2"],
        "headers": {"host": "example.com", "x-forwarded-proto": "https", **(headers or {})},
        "requestContext": {"http": {"method": method, "path": path, "sourceIp": "192.0.2.1"}},
        "isBase64Encoded": False,
    }
    if body is not None:
        event["body"] = body
    return event


def rest_event(path: str = "/", method: str = "GET", headers: dict[str, str] | None = None) -> dict[str, Any]:
    """A REST API (payload 1.0) event."""
    sent = {"Host": "example.com", **(headers or {})}
    return {
        "resource": "/{proxy+}",
        "path": path,
        "httpMethod": method,
        "headers": sent,
        "multiValueHeaders": {name: [value] for name, value in sent.items()},
        "queryStringParameters": {"q": "1"},
        "multiValueQueryStringParameters": {"q": ["1"]},
        "requestContext": {"identity": {"sourceIp": "192.0.2.1"}},
        "body": None,
        "isBase64Encoded": False,
    }


def load_balancer_event(headers: dict[str, str] | None = None) -> dict[str, Any]:
    """An Application Load Balancer event, multi-value headers on."""
    return {
        "requestContext": {"elb": {"targetGroupArn": "arn:aws:elasticloadbalancing:eu-west-1:1:tg"}},
        "httpMethod": "GET",
        "path": "/",
        "multiValueQueryStringParameters": {"q": ["1"]},
        "multiValueHeaders": {
            name: [value] for name, value in {"host": "example.com", **(headers or {})}.items()
        },
        "body": "",
        "isBase64Encoded": False,
    }


def edge_event(headers: dict[str, str] | None = None) -> dict[str, Any]:
    """A Lambda@Edge event."""
    request = {
        "clientIp": "192.0.2.1",
        "method": "GET",
        "uri": "/",
        "querystring": "q=1",
        "headers": {
            name: [{"key": name, "value": value}]
            for name, value in {"host": "example.com", **(headers or {})}.items()
        },
    }
    return {"Records": [{"cf": {"config": {"eventType": "viewer-request"}, "request": request}}]}
