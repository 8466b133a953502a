"""A service of VPC Lattice, event structure 2.0.

| in the scope   | from the event                                                                   |
|----------------|----------------------------------------------------------------------------------|
| `method`       | `method`                                                                         |
| `path`         | `path`, decoded here                                                             |
| `raw_path`     | `path`, taken as the client wrote it                                             |
| `query_string` | that of `path`, else `queryStringParameters`; what a query must not hold is encoded |
| `headers`      | `headers`, a line for each value                                                 |
| `client`       | the last address of `x-forwarded-for`                                            |
| body           | `body`, `isBase64Encoded`                                                        |

Headers and parameters are strings or lists of them. Source:
https://docs.aws.amazon.com/vpc-lattice/latest/ug/lambda-functions.html, which does not say whether path and
parameters come decoded, nor how several lines of one header are returned.
"""

import string
from typing import Any, ClassVar
from urllib.parse import quote

from mangum.types import LambdaConfig, Response

from adapter.asgi import Scope
from adapter.http.response import (
    encoded_body,
    in_different_cases,
    joined_by_name,
    leave_out,
    response_lines,
)
from adapter.http.scope import (
    NO_STAGE,
    Stage,
    body_of,
    encoded_path,
    forwarded_client,
    http_scope,
    joined_query,
    octets,
    parameters_of,
    several_lines,
)

_IN_PARAMETER = string.punctuation.replace("&", "").replace("#", "")


class VpcLattice:
    """One request by way of a Lattice service."""

    takes_base_path: ClassVar[bool] = False
    stage: ClassVar[Stage] = NO_STAGE

    def __init__(self, event: dict[str, Any], context: Any, config: LambdaConfig) -> None:
        self.event = event
        self.context = context
        self.config = config

    @classmethod
    def infer(cls, event: Any, context: Any, config: LambdaConfig) -> bool:
        """Whether it is such an event."""
        del context, config
        return "serviceNetworkArn" in event["requestContext"] and isinstance(event.get("method"), str)

    @property
    def body(self) -> bytes:
        """The request's body."""
        return body_of(self.event.get("body"), is_base64=self.event.get("isBase64Encoded"))

    @property
    def scope(self) -> Scope:
        """The request's scope."""
        headers = several_lines(self.event.get("headers"))
        whole = self.event.get("path")
        path, _, query = whole.partition("?") if isinstance(whole, str) else ("", "", "")
        parameters = [
            (_encoded(name).replace("=", "%3D"), _encoded(value))
            for name, value in parameters_of(self.event.get("queryStringParameters"), None)
        ]
        return http_scope(
            (self.event, self.context),
            self.event["method"],
            encoded_path(path),
            octets(query) or joined_query(parameters),
            headers,
            client=forwarded_client(headers),
        )

    def __call__(self, response: Response) -> dict[str, Any]:
        """The result that the service makes a response of; there is one string a name."""
        headers, cookies = joined_by_name(response_lines(response))
        body, is_base64 = encoded_body(response, headers.get("content-type"), self.config["text_mime_types"])
        leave_out(headers, excluded := self.config["exclude_headers"])
        if "set-cookie" not in excluded:
            headers |= in_different_cases("set-cookie", cookies)
        return {
            "statusCode": response["status"],
            "headers": headers,
            "body": body,
            "isBase64Encoded": is_base64,
        }


def _encoded(part: str) -> str:
    return quote(part, safe=_IN_PARAMETER, errors="replace")
