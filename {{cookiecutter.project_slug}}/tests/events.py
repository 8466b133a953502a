"""Events of API Gateway and the context that Lambda hands over with them."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

EVENTS = Path(__file__).parent.parent / "events"


def load(name: str) -> dict[str, Any]:
    """Return the event of this name."""
    event: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))
    return event


@dataclass(frozen=True, slots=True)
class Context:
    """As much of Lambda's context as anything reads."""

    aws_request_id: str = "8f5c3a2e-1d4b-4c6f-9e7a-2b3c4d5e6f70"
    function_name: str = "tickets"
    function_version: str = "$LATEST"
    invoked_function_arn: str = "arn:aws:lambda:eu-west-1:123456789012:function:tickets"
    memory_limit_in_mb: str = "512"

    def get_remaining_time_in_millis(self) -> int:
        """Return a whole timeout's worth."""
        return 30_000
