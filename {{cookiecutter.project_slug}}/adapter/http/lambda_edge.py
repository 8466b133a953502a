"""Lambda@Edge: a viewer request or an origin request of CloudFront, answered by the function.

| in the scope   | from `Records[0].cf`                               |
|----------------|----------------------------------------------------|
| `method`       | `request.method`                                   |
| `path`         | `request.uri`, decoded here                        |
| `raw_path`     | `request.uri`, as the client wrote it              |
| `query_string` | `request.querystring`, as the client wrote it      |
| `headers`      | `request.headers`, a line for each value           |
| `scheme`       | header `cloudfront-forwarded-proto`                |
| `client`       | `request.clientIp`                                 |
| body           | `request.body.data`, `request.body.encoding`       |

Events of the two response triggers hold a `response` and are no requests. Sources, below
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/: `lambda-event-structure.html`,
`edge-function-restrictions-all.html` (encoding), `lambda-generating-http-responses-in-requests.html`.
"""

from typing import Any, ClassVar

from mangum.types import LambdaConfig, Response

from adapter.asgi import Scope
from adapter.http.response import encoded_body, leave_out, lists_by_name, response_lines
from adapter.http.scope import (
    NO_STAGE,
    HeaderLines,
    Stage,
    body_of,
    client_at,
    encoded_path,
    http_scope,
    mapping,
    octets,
    one_cookie_line,
)


class LambdaEdge:
    """One request by way of CloudFront."""

    takes_base_path: ClassVar[bool] = False
    stage: ClassVar[Stage] = NO_STAGE

    def __init__(self, event: dict[str, Any], context: Any, config: LambdaConfig) -> None:
        self.event = event
        self.context = context
        self.config = config
        self._request: dict[str, Any] = event["Records"][0]["cf"]["request"]

    @classmethod
    def infer(cls, event: Any, context: Any, config: LambdaConfig) -> bool:
        """Whether it is such an event."""
        del context, config
        records = event.get("Records")
        if not isinstance(records, list) or not records:
            return False
        cf = mapping(mapping(records[0]).get("cf"))
        return "response" not in cf and isinstance(mapping(cf.get("request")).get("method"), str)

    @property
    def body(self) -> bytes:
        """The request's body."""
        body = mapping(self._request.get("body"))
        return body_of(body.get("data"), is_base64=body.get("encoding") == "base64")

    @property
    def scope(self) -> Scope:
        """The request's scope."""
        request = self._request
        return http_scope(
            (self.event, self.context),
            request["method"],
            encoded_path(request.get("uri")),
            octets(request.get("querystring")),
            self._headers(),
            client=client_at(request.get("clientIp")),
            scheme_header=b"cloudfront-forwarded-proto",
        )

    def __call__(self, response: Response) -> dict[str, Any]:
        """The response that CloudFront sends on."""
        by_name = lists_by_name(response_lines(response))
        content_type = by_name.get("content-type", [""])[0]
        body, is_base64 = encoded_body(response, content_type, self.config["text_mime_types"])
        leave_out(by_name, self.config["exclude_headers"])
        return {
            "status": response["status"],
            "headers": {
                name: [{"key": name, "value": value} for value in values] for name, values in by_name.items()
            },
            "body": body,
            "bodyEncoding": "base64" if is_base64 else "text",
        }

    def _headers(self) -> HeaderLines:
        return one_cookie_line(
            [
                (octets(name).lower(), octets(value))
                for name, entries in mapping(self._request.get("headers")).items()
                if isinstance(entries, list)
                for entry in entries
                if isinstance(value := mapping(entry).get("value"), str)
            ]
        )
