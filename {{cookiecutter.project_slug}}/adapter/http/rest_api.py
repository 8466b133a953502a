"""A REST API of API Gateway, and an HTTP API with payload format 1.0.

| in the scope   | from the event                                                                       |
|----------------|--------------------------------------------------------------------------------------|
| `method`       | `httpMethod`                                                                         |
| `path`         | `path`, decoded here; of an HTTP API it comes decoded                                |
| `raw_path`     | `path`, as the client wrote it; of an HTTP API encoded here                          |
| `query_string` | `multiValueQueryStringParameters`, else `queryStringParameters`; decoded, so encoded |
| `headers`      | `multiValueHeaders`, a line for each value; names in `headers` alone, too            |
| `client`       | `requestContext.identity.sourceIp`                                                   |
| body           | `body`, `isBase64Encoded`                                                            |

The events of an HTTP API have a `version`. Sources:
https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html and
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html; for
what is encoded, https://github.com/middleapi/standard-server/pull/93; for the stage and domains of one's own,
https://github.com/localstack/localstack/pull/12296.
"""

from typing import Any, ClassVar
from urllib.parse import urlencode

from mangum.types import LambdaConfig, Response

from adapter.asgi import Scope
from adapter.http.response import encoded_body, leave_out, lists_by_name, response_lines
from adapter.http.scope import (
    NO_STAGE,
    HeaderLines,
    Stage,
    body_of,
    client_at,
    decoded_path,
    encoded_path,
    http_scope,
    mapping,
    one_cookie_line,
    parameters_of,
    several_lines,
    single_lines,
)


class RestApi:
    """One request by way of a REST API, or of an HTTP API in the older format."""

    takes_base_path: ClassVar[bool] = True

    def __init__(self, event: dict[str, Any], context: Any, config: LambdaConfig) -> None:
        self.event = event
        self.context = context
        self.config = config

    @classmethod
    def infer(cls, event: Any, context: Any, config: LambdaConfig) -> bool:
        """Whether it is such an event."""
        del context, config
        known = event.get("version") == "1.0" or "resource" in event
        return known and isinstance(event.get("httpMethod"), str)

    @property
    def body(self) -> bytes:
        """The request's body."""
        return body_of(self.event.get("body"), is_base64=self.event.get("isBase64Encoded"))

    @property
    def scope(self) -> Scope:
        """The request's scope."""
        event = self.event
        parameters = parameters_of(
            event.get("multiValueQueryStringParameters"), event.get("queryStringParameters")
        )
        path = decoded_path if event.get("version") == "1.0" else encoded_path
        return http_scope(
            (event, self.context),
            event["httpMethod"],
            path(event.get("path")),
            urlencode(parameters, errors="replace").encode(),
            self._headers(),
            client=client_at(mapping(event["requestContext"].get("identity")).get("sourceIp")),
        )

    @property
    def stage(self) -> Stage:
        """A REST API takes the stage off `path`, and leaves it in `requestContext.path`.

        Behind a domain of one's own both are the same, and begin with the stage only if requests name it.
        """
        context, path = self.event["requestContext"], self.event.get("path")
        whole, stage = context.get("path"), context.get("stage")
        if not isinstance(whole, str) or not isinstance(path, str) or not isinstance(stage, str):
            return NO_STAGE
        if whole.rstrip("/") == f"/{stage}{path}".rstrip("/"):
            return Stage(f"/{stage}", "")
        return Stage("", f"/{stage}") if whole == path else NO_STAGE

    def __call__(self, response: Response) -> dict[str, Any]:
        """The result that the gateway makes a response of."""
        by_name = lists_by_name(response_lines(response))
        # REST APIs give out base64 as it is, unless told of the type: what has none had better be text.
        untyped = "" if self.event.get("version") == "1.0" else None
        content_type = by_name.get("content-type", [untyped])[0]
        body, is_base64 = encoded_body(response, content_type, self.config["text_mime_types"])
        leave_out(by_name, self.config["exclude_headers"])
        return {
            "statusCode": response["status"],
            "headers": {name: values[0] for name, values in by_name.items() if len(values) == 1},
            "multiValueHeaders": {name: values for name, values in by_name.items() if len(values) > 1},
            "body": body,
            "isBase64Encoded": is_base64,
        }

    def _headers(self) -> HeaderLines:
        several = several_lines(self.event.get("multiValueHeaders"))
        known = {name for name, _ in several}
        alone = [line for line in single_lines(self.event.get("headers")) if line[0] not in known]
        return one_cookie_line(several + alone) if alone else several
