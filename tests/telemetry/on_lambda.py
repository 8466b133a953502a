"""What Lambda hands to a handler."""

from dataclasses import dataclass
from typing import Any


@dataclass
class Context:
    aws_request_id: str = "8f3c1c6e-4b0a-4a53-9a7f-0a1b2c3d4e5f"
    invoked_function_arn: str = "arn:aws:lambda:eu-west-1:123456789012:function:tickets-api:live"

    def get_remaining_time_in_millis(self) -> int:
        return 3000


def event(path: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
    """A GET as API Gateway's HTTP API gives it."""
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"host": "api.example.com", **(headers or {})},
        "requestContext": {
            "http": {"method": "GET", "path": path, "protocol": "HTTP/1.1", "sourceIp": "203.0.113.9"},
            "stage": "$default",
        },
        "isBase64Encoded": False,
    }
