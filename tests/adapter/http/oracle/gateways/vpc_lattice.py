"""A service of VPC Lattice, event structure 2.0.

What is encoded is not documented: path and parameters are taken to be as the client wrote them.
"""

from typing import Any

from tests.adapter.http.oracle.exchange import Gateway, Reply, Request, by_name
from tests.adapter.http.oracle.gateways.shared import (
    UTF8_HEADERS,
    added,
    body_fields,
    body_of,
    forwarding,
    grouped_query,
    joined_response_lines,
    lines_of,
    no_client_port,
    texts,
    written_parameters,
)

TARGET = "https://docs.aws.amazon.com/vpc-lattice/latest/ug/lambda-functions.html"


def event(request: Request) -> dict[str, Any]:
    """Its event."""
    return {
        "version": "2.0",
        "path": request.path,
        "method": request.method,
        "headers": texts(by_name([*request.lines, *forwarding(request)])),
        "queryStringParameters": written_parameters(request.query),
        "requestContext": {
            "serviceNetworkArn": "arn:aws:vpc-lattice:eu-west-1:1:servicenetwork/sn-1",
            "serviceArn": "arn:aws:vpc-lattice:eu-west-1:1:service/svc-1",
            "targetGroupArn": "arn:aws:vpc-lattice:eu-west-1:1:targetgroup/tg-1",
            "region": "eu-west-1",
        },
        **body_fields(request, ""),
    }


def reply(result: Any) -> Reply:
    """A response of a result; names that differ by case only are taken to be lines of their own."""
    return Reply(result["statusCode"], lines_of(result["headers"]), [body_of(result)])


VPC_LATTICE = Gateway(
    "VPC Lattice",
    event,
    reply,
    [
        grouped_query(TARGET),
        added(forwarding, TARGET),
        no_client_port(TARGET),
        UTF8_HEADERS,
        joined_response_lines(TARGET),
    ],
    schemes=("https", "http"),
)
