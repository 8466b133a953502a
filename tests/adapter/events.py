"""Events as the HTTP sources of Lambda send them, as small as they can be."""

from typing import Any


def http_event(
    path: str = "/", method: str = "GET", *, headers: dict[str, str] | None = None, body: str | None = None
) -> dict[str, Any]:
    """An HTTP API event, payload 2.0, whose path is decoded."""
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


def function_url_event(
    raw_path: str = "/", method: str = "GET", *, path: str = "/", headers: dict[str, str] | None = None
) -> dict[str, Any]:
    """A function URL event: the path as the client wrote it, and decoded."""
    event = http_event(raw_path, method, headers=headers)
    event["requestContext"]["domainName"] = "abc.lambda-url.eu-west-1.on.aws"
    event["requestContext"]["http"]["path"] = path
    return event


def rest_event(path: str = "/", method: str = "GET", headers: dict[str, str] | None = None) -> dict[str, Any]:
    """A REST API event."""
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


def http_event_1(
    path: str = "/", method: str = "GET", headers: dict[str, str] | None = None
) -> dict[str, Any]:
    """An HTTP API event, payload 1.0, whose path is decoded."""
    return {"version": "1.0", **rest_event(path, method, headers)}


def load_balancer_event(headers: dict[str, str] | None = None, path: str = "/") -> dict[str, Any]:
    """An Application Load Balancer event, multi-value headers on."""
    return {
        "requestContext": {"elb": {"targetGroupArn": "arn:aws:elasticloadbalancing:eu-west-1:1:tg"}},
        "httpMethod": "GET",
        "path": path,
        "multiValueQueryStringParameters": {"q": ["1"]},
        "multiValueHeaders": {
            name: [value] for name, value in {"host": "example.com", **(headers or {})}.items()
        },
        "body": "",
        "isBase64Encoded": False,
    }


def single_load_balancer_event(headers: dict[str, str] | None = None, path: str = "/") -> dict[str, Any]:
    """The same, multi-value headers off."""
    event = load_balancer_event(headers, path)
    for name in ("Headers", "QueryStringParameters"):
        values = event.pop(f"multiValue{name}")
        event[name[0].lower() + name[1:]] = {key: value[0] for key, value in values.items()}
    return event


def edge_event(headers: dict[str, str] | None = None, path: str = "/") -> dict[str, Any]:
    """A Lambda@Edge event."""
    request = {
        "clientIp": "192.0.2.1",
        "method": "GET",
        "uri": path,
        "querystring": "q=1",
        "headers": {
            name: [{"key": name, "value": value}]
            for name, value in {"host": "example.com", **(headers or {})}.items()
        },
    }
    return {"Records": [{"cf": {"config": {"eventType": "viewer-request"}, "request": request}}]}


def lattice_event(headers: dict[str, str] | None = None, path: str = "/") -> dict[str, Any]:
    """A VPC Lattice event, structure 2.0."""
    return {
        "version": "2.0",
        "path": path,
        "method": "GET",
        "headers": {name: [value] for name, value in {"host": "example.com", **(headers or {})}.items()},
        "queryStringParameters": {"q": ["1"]},
        "body": "",
        "isBase64Encoded": False,
        "requestContext": {"serviceNetworkArn": "arn:aws:vpc-lattice:eu-west-1:1:servicenetwork/sn-1"},
    }


def of_every_trigger(headers: dict[str, str] | None = None) -> dict[str, dict[str, Any]]:
    """One event of each trigger, with these headers."""
    return {
        "HTTP API": http_event(headers=headers),
        "HTTP API 1.0": http_event_1(headers=headers),
        "function URL": function_url_event(headers=headers),
        "REST API": rest_event(headers=headers),
        "load balancer": load_balancer_event(headers),
        "load balancer, single": single_load_balancer_event(headers),
        "Lambda@Edge": edge_event(headers),
        "VPC Lattice": lattice_event(headers),
    }


TRIGGERS = list(of_every_trigger())
