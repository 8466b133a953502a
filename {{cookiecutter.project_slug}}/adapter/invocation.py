"""One event from arrival to response, as the facts tell it."""

import time
from typing import Any

from adapter.exchange import Exchange
from adapter.facts import InvocationBegan, InvocationEnded
from adapter.host import Host
from adapter.lambda_context import function_arn, request_id, trace_context


class Invocation:
    """States that an invocation began as it is made, and that it ended when told so.

    Neither statement is measured, so the clocks run between them; what comes before is the adapter's own. A
    startup or shutdown between them counts with all that its statement costs: the caller waits for that too.
    """

    __slots__ = ("_before_ns", "_began", "_cpu", "_host", "_shutdown_ns", "_startup_ns", "_wall")

    def __init__(self, host: Host, event: Any, context: Any) -> None:
        arrived = time.perf_counter_ns()
        self._host = host
        self._startup_ns = host.lifecycle.startup_ns
        self._shutdown_ns = host.lifecycle.shutdown_ns
        # By position: this is done for every request, and names cost as much as all the rest of it.
        self._began = InvocationBegan(
            time.time_ns(),
            request_id(context),
            function_arn(context),
            host.invocations,
            trace_context(event, context),
        )
        self._before_ns = time.perf_counter_ns() - arrived
        host.witness.tell(self._began)
        self._wall, self._cpu = time.perf_counter_ns(), time.process_time_ns()

    def end(self, exchange: Exchange) -> None:
        """State what became of the event."""
        cpu_ns = time.process_time_ns() - self._cpu
        wall_ns = time.perf_counter_ns() - self._wall
        lifecycle = self._host.lifecycle
        self._host.witness.tell(
            InvocationEnded(
                self._began,
                wall_ns + self._before_ns,
                cpu_ns,
                exchange.status,
                exchange.error,
                exchange.touched,
                lifecycle.startup_ns - self._startup_ns,
                lifecycle.shutdown_ns - self._shutdown_ns,
                exchange.posted,
            )
        )
