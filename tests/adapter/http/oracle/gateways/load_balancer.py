"""An Application Load Balancer, in both kinds of target groups.

Encoded: path and parameters. Header names are in lower case, values are text, by UTF-8
(https://github.com/honojs/hono/issues/4432).
"""

from dataclasses import replace
from typing import Any

from tests.adapter.http.oracle.exchange import Difference, Gateway, Reply, Request, Seen, by_name
from tests.adapter.http.oracle.gateways.shared import (
    BALANCER,
    UTF8_HEADERS,
    added,
    body_fields,
    body_of,
    changed,
    forwarding,
    grouped_query,
    lines_of,
    lines_of_lists,
    no_client_port,
    texts,
    written_parameters,
)

TARGET = f"{BALANCER}/lambda-functions.html"
FORWARDED = f"{BALANCER}/x-forwarded-headers.html"


def event(request: Request) -> dict[str, Any]:
    """With multi-value headers."""
    return {
        "requestContext": {
            "elb": {"targetGroupArn": "arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/a/b"}
        },
        "httpMethod": request.method,
        "path": request.path,
        "multiValueQueryStringParameters": written_parameters(request.query),
        "multiValueHeaders": texts(by_name([*request.lines, *forwarding(request)])),
        **body_fields(request, ""),
    }


def single_event(request: Request) -> dict[str, Any]:
    """Without: the last value of each name."""
    made = event(request)
    for field in ("QueryStringParameters", "Headers"):
        values = made.pop(f"multiValue{field}")
        made[field[0].lower() + field[1:]] = {name: each[-1] for name, each in values.items()}
    return made


def reply(result: Any) -> Reply:
    """A response of a result; the field that the target group does not have is ignored."""
    return Reply(result["statusCode"], lines_of_lists(result.get("multiValueHeaders")), [body_of(result)])


def single_reply(result: Any) -> Reply:
    """The same; names that differ by case only are lines of their own."""
    return Reply(result["statusCode"], lines_of(result.get("headers")), [body_of(result)])


def _last_lines(_request: Request, seen: Seen) -> Seen:
    return replace(seen, headers={name: values[-1:] for name, values in seen.headers.items()})


def _last_parameters(request: Request, seen: Seen) -> Seen:
    parts = [f"{name}={values[-1]}" for name, values in written_parameters(request.query).items()]
    return changed(seen, query_string="&".join(parts).encode())


LOAD_BALANCER = Gateway(
    "load balancer, multi-value headers",
    event,
    reply,
    [grouped_query(TARGET), added(forwarding, FORWARDED), no_client_port(FORWARDED), UTF8_HEADERS],
    schemes=("https", "http"),
)
SINGLE_LOAD_BALANCER = Gateway(
    "load balancer",
    single_event,
    single_reply,
    [
        Difference("Of several lines of a request header the last is left.", TARGET, seen=_last_lines),
        Difference("Of several parameters of a name the last is left.", TARGET, seen=_last_parameters),
        added(forwarding, FORWARDED),
        no_client_port(FORWARDED),
        UTF8_HEADERS,
    ],
    schemes=("https", "http"),
)
