"""One event from arrival to response, as the facts tell it."""

import time
from typing import Any

from adapter.exchange import Exchange
from adapter.facts import InvocationBegan, InvocationEnded
from adapter.host import Host
from adapter.lambda_context import function_arn, request_id, trace_context
from adapter.witness import Stopwatch


class Invocation:
    """States that an invocation began as it is made, and that it ended when told so."""

    __slots__ = ("_began", "_host", "_shutdown_ns", "_startup_ns", "_watch")

    def __init__(self, host: Host, event: Any, context: Any) -> None:
        self._host = host
        self._watch = Stopwatch(host.witness)
        self._startup_ns = host.lifecycle.startup_ns
        self._shutdown_ns = host.lifecycle.shutdown_ns
        self._began = InvocationBegan(
            at_ns=time.time_ns(),
            request_id=request_id(context),
            function_arn=function_arn(context),
            index=host.invocations,
            trace_context=trace_context(event, context),
        )
        host.witness(self._began)

    def end(self, exchange: Exchange) -> None:
        """State what became of the event."""
        wall_ns, cpu_ns = self._watch.read()
        lifecycle = self._host.lifecycle
        self._host.witness(
            InvocationEnded(
                began=self._began,
                wall_ns=wall_ns,
                cpu_ns=cpu_ns,
                status=exchange.status,
                error=exchange.error,
                touched=exchange.touched,
                startup_ns=lifecycle.startup_ns - self._startup_ns,
                shutdown_ns=lifecycle.shutdown_ns - self._shutdown_ns,
            )
        )
