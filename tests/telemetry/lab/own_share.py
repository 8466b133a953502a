"""Whether an environment got its share of CPU while others were at work, by what its process says.

Two bounds hold on any machine, also on a busy one where it got less: it used no more than its share of the
time that passed, and whenever it was stopped it had used up what its share is of a period.
"""

from collections.abc import Mapping
from typing import Any

from telemetry.lab.platform.cpu_quota import PERIOD
from telemetry.lab.platform.cpu_share import cpu_share

LATE = 0.1
"""Seconds of CPU time by which a busy machine may be late to stop a process."""
SAYS_WHAT_IT_GOT = """
    import json, os, signal, time

    continued = 0

    def count(*_):
        global continued
        continued += 1

    signal.signal(signal.SIGCONT, count)

    def handler(event, context):
        stops, began, used = continued, time.monotonic(), time.process_time()
        while time.process_time() < used + event["cpu"]:
            pass
        print(json.dumps({"record": "work", "cpu": time.process_time() - used,
                          "began": began, "ended": time.monotonic(), "stops": continued - stops,
                          "memory": int(os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"])}), flush=True)
        return {"statusCode": 200}
"""


def check_share(work: Mapping[str, Any], memory_mb: int) -> None:
    """Check what a request of `SAYS_WHAT_IT_GOT` says."""
    share = cpu_share(memory_mb)
    assert work["cpu"] <= share * (work["ended"] - work["began"]) + LATE
    assert work["cpu"] >= 0.9 * share * PERIOD * (work["stops"] - 1)
