"""A function URL: the payload of an HTTP API in format 2.0, with the path as the client wrote it.

| in the scope | from the event                                   |
|--------------|--------------------------------------------------|
| `path`       | `rawPath`, decoded here                          |
| `raw_path`   | `rawPath`, as the client wrote it                |
| all else     | as of an HTTP API                                |

`requestContext.http.path` holds the decoded path, so it must not be decoded again. A function URL is told by
its domain, `ID.lambda-url.REGION.on.aws`. Sources:
https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html, and for the two paths a request recorded on
AWS, https://github.com/hotsock/voker/tree/main/vokerhttp/testdata.
"""

from typing import Any

from mangum.types import LambdaConfig

from adapter.http.http_api import HttpApi
from adapter.http.scope import Path, decoded_path, encoded_path


class FunctionUrl(HttpApi):
    """One request by way of a function URL."""

    @classmethod
    def infer(cls, event: Any, context: Any, config: LambdaConfig) -> bool:
        """Whether it is such an event."""
        at_home = ".lambda-url." in str(event["requestContext"].get("domainName"))
        return at_home and super().infer(event, context, config)

    def _path(self) -> Path:
        raw_path = self.event.get("rawPath")
        if isinstance(raw_path, str) and raw_path:
            return encoded_path(raw_path)
        return decoded_path(self.event["requestContext"]["http"].get("path"))
