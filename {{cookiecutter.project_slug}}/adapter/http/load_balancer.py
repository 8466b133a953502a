"""An Application Load Balancer.

| in the scope   | from the event                                                                       |
|----------------|--------------------------------------------------------------------------------------|
| `method`       | `httpMethod`                                                                         |
| `path`         | `path`, decoded here                                                                 |
| `raw_path`     | `path`, as the client wrote it                                                       |
| `query_string` | `multiValueQueryStringParameters` or `queryStringParameters`, as the client wrote them |
| `headers`      | `multiValueHeaders`, a line for each value, or `headers`                             |
| `client`       | the last address of `x-forwarded-for`, which the load balancer itself has put there   |
| body           | `body`, `isBase64Encoded`                                                            |

Which of the two kinds of fields an event has is an attribute of the target group. Sources:
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html, and for the path a
request recorded on AWS, https://github.com/hotsock/voker/tree/main/vokerhttp/testdata.
"""

from typing import Any, ClassVar

from mangum.types import LambdaConfig, Response

from adapter.asgi import Scope
from adapter.http.response import (
    encoded_body,
    in_different_cases,
    leave_out,
    lists_by_name,
    response_lines,
)
from adapter.http.scope import (
    NO_STAGE,
    HeaderLines,
    Stage,
    body_of,
    encoded_path,
    forwarded_client,
    http_scope,
    joined_query,
    parameters_of,
    several_lines,
    single_lines,
)


class LoadBalancer:
    """One request by way of a load balancer."""

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
        return "elb" in event["requestContext"] and isinstance(event.get("httpMethod"), str)

    @property
    def body(self) -> bytes:
        """The request's body."""
        return body_of(self.event.get("body"), is_base64=self.event.get("isBase64Encoded"))

    @property
    def scope(self) -> Scope:
        """The request's scope."""
        event, headers = self.event, self._headers()
        parameters = parameters_of(
            event.get("multiValueQueryStringParameters"), event.get("queryStringParameters")
        )
        return http_scope(
            (event, self.context),
            event["httpMethod"],
            encoded_path(event.get("path")),
            joined_query(parameters),
            headers,
            client=forwarded_client(headers),
        )

    def __call__(self, response: Response) -> dict[str, Any]:
        """The result that the load balancer makes a response of; header fields as the event has them."""
        by_name = lists_by_name(response_lines(response))
        content_type = by_name.get("content-type", [""])[0]
        body, is_base64 = encoded_body(response, content_type, self.config["text_mime_types"])
        leave_out(by_name, self.config["exclude_headers"])
        result = {"statusCode": response["status"], "body": body, "isBase64Encoded": is_base64}
        if self._is_multi_value():
            return result | {"multiValueHeaders": by_name}
        headers: dict[str, str] = {}
        for name, values in by_name.items():
            headers |= in_different_cases(name, values)
        return result | {"headers": headers}

    def _is_multi_value(self) -> bool:
        return isinstance(self.event.get("multiValueHeaders"), dict)

    def _headers(self) -> HeaderLines:
        if self._is_multi_value():
            return several_lines(self.event["multiValueHeaders"])
        return single_lines(self.event.get("headers"))
