"""An HTTP API of API Gateway, payload format 2.0.

| in the scope   | from the event                                                                      |
|----------------|-------------------------------------------------------------------------------------|
| `method`       | `requestContext.http.method`                                                        |
| `path`         | `requestContext.http.path`, which comes decoded                                     |
| `raw_path`     | the same, encoded: what the client wrote is not in the event                        |
| `query_string` | `rawQueryString`, as the client wrote it                                            |
| `headers`      | `headers`, a line a name, values joined by commas; `cookies` as one `cookie` line   |
| `client`       | `requestContext.http.sourceIp`                                                      |
| body           | `body`, `isBase64Encoded`                                                           |

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html.
That the path comes decoded is not written there, but is seen in requests recorded on AWS, as in
https://github.com/hotsock/voker/tree/main/vokerhttp/testdata and https://github.com/honojs/hono/issues/2156.
"""

from typing import Any, ClassVar

from mangum.types import LambdaConfig, Response

from adapter.asgi import Scope
from adapter.http.response import encoded_body, joined_by_name, leave_out, response_lines
from adapter.http.scope import (
    NO_STAGE,
    HeaderLines,
    Path,
    Stage,
    body_of,
    client_at,
    decoded_path,
    http_scope,
    mapping,
    octets,
    single_lines,
)


class HttpApi:
    """One request by way of an HTTP API."""

    takes_base_path: ClassVar[bool] = True

    def __init__(self, event: dict[str, Any], context: Any, config: LambdaConfig) -> None:
        self.event = event
        self.context = context
        self.config = config

    @classmethod
    def infer(cls, event: Any, context: Any, config: LambdaConfig) -> bool:
        """Whether it is such an event."""
        del context, config
        request = event["requestContext"].get("http")
        return event.get("version") == "2.0" and isinstance(mapping(request).get("method"), str)

    @property
    def body(self) -> bytes:
        """The request's body."""
        body = self.event.get("body")
        return b"" if body is None else body_of(body, is_base64=self.event.get("isBase64Encoded"))

    @property
    def scope(self) -> Scope:
        """The request's scope."""
        event = self.event
        request = event["requestContext"]["http"]
        return http_scope(
            (event, self.context),
            request["method"],
            self._path(),
            octets(event.get("rawQueryString")),
            self._headers(),
            client=client_at(request.get("sourceIp")),
        )

    @property
    def stage(self) -> Stage:
        """The path begins with the stage; not behind a domain of one's own, where requests do not name it."""
        context = self.event["requestContext"]
        domain, stage = context.get("domainName"), context.get("stage")
        named = isinstance(stage, str) and stage not in {"", "$default"}
        if named and (not isinstance(domain, str) or ".execute-api." in domain):
            return Stage("", f"/{stage}")
        return NO_STAGE

    def __call__(self, response: Response) -> dict[str, Any]:
        """The result that the gateway makes a response of."""
        headers, cookies = joined_by_name(response_lines(response))
        body, is_base64 = encoded_body(response, headers.get("content-type"), self.config["text_mime_types"])
        if excluded := self.config["exclude_headers"]:
            leave_out(headers, excluded)
            cookies = [] if "set-cookie" in excluded else cookies
        result: dict[str, Any] = {"statusCode": response["status"], "body": body, "headers": headers}
        if cookies:
            result["cookies"] = cookies
        result["isBase64Encoded"] = is_base64
        return result

    def _path(self) -> Path:
        return decoded_path(self.event["requestContext"]["http"].get("path") or self.event.get("rawPath"))

    def _headers(self) -> HeaderLines:
        lines = single_lines(self.event.get("headers"))
        cookies = self.event.get("cookies")
        if isinstance(cookies, list) and cookies:
            lines = [line for line in lines if line[0] != b"cookie"]
            lines.append((b"cookie", b"; ".join(map(octets, cookies))))
        return lines
