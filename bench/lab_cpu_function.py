"""A Lambda handler that computes and waits as its event says."""

import json
import os
import time
from typing import Any


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Compute for some CPU time, wait for some wall time, and so on; write down what it took."""
    began, used = time.monotonic(), time.process_time()
    for _ in range(event["bursts"]):
        ends = time.process_time() + event["cpu_ms"] / 1000
        while time.process_time() < ends:
            pass
        time.sleep(event["wait_ms"] / 1000)
    work = {
        "work": os.environ["AWS_LAMBDA_LOG_STREAM_NAME"],
        "request": context.aws_request_id,
        "began": began,
        "ended": time.monotonic(),
        "cpu": time.process_time() - used,
    }
    print(json.dumps(work), flush=True)  # noqa: T201 # for whoever drives several environments at once
    return {"statusCode": 200}
