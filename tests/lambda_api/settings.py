"""What Lambda takes as a function's configuration."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from tests.lambda_api.refusals import RefusedError, invalid

RESERVED: Final = frozenset(
    {
        "_HANDLER",
        "_X_AMZN_TRACE_ID",
        "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "AWS_DEFAULT_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "LAMBDA_RUNTIME_DIR",
        "LAMBDA_TASK_ROOT",
    }
)
NAME: Final = re.compile(r"[a-zA-Z][a-zA-Z0-9_]+")
MOST_BYTES: Final = 4096
"""Of all variables together."""
LIMITS: Final = {"MemorySize": (128, 10_240), "Timeout": (1, 900)}


def check_settings(given: Mapping[str, Any]) -> None:
    """Check what a call sets.

    Raises:
        RefusedError: Lambda would not take it.
    """
    for name, (least, most) in LIMITS.items():
        value = given.get(name)
        if value is not None and not least <= int(value) <= most:
            text = f"1 validation error detected: Value '{value}' at '{name}' is not in {least} to {most}"
            raise RefusedError(400, "ValidationException", text)
    variables = (given.get("Environment") or {}).get("Variables") or {}
    if reserved := sorted(RESERVED & variables.keys()):
        raise invalid(
            "Lambda was unable to configure your environment variables because the environment variables "
            f"you have provided contains reserved keys: {', '.join(reserved)}"
        )
    if wrong := [name for name in variables if not NAME.fullmatch(name)]:
        raise RefusedError(400, "ValidationException", f"not the name of an environment variable: {wrong[0]}")
    if len(json.dumps(variables, separators=(",", ":"))) > MOST_BYTES:
        raise invalid("the environment variables you have provided exceeded the 4KB limit")
