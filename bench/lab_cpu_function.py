"""A Lambda handler that computes and waits as its event says."""

import time
from typing import Any


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001 # Lambda's signature
    """Compute for some CPU time, wait for some wall time, and so on."""
    for _ in range(event["bursts"]):
        ends = time.process_time() + event["cpu_ms"] / 1000
        while time.process_time() < ends:
            pass
        time.sleep(event["wait_ms"] / 1000)
    return {"statusCode": 200}
