"""The log stream of one environment: late in CloudWatch Logs, at once in the answer to an invocation."""

import asyncio
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

from tests.lambda_api.deployed import Deployed

LONGEST_EVENT: Final = 256 * 1024
"""Bytes of a line beyond which it becomes several events."""
LONGEST_TAIL: Final = 4096
"""Bytes of the log that the answer to an invocation holds at most."""

Put: TypeAlias = Callable[[Deployed, str, list[dict[str, Any]]], object]
"""Takes the log events of a stream."""


class LogStream:
    """Takes whole lines of an environment."""

    def __init__(self, deployed: Deployed, put: Put, delay: Callable[[], float]) -> None:
        """Name the stream as Lambda does.

        Args:
            deployed: What writes to it.
            put: Where events go.
            delay: Seconds until they go there.
        """
        day = datetime.now(UTC)
        self.name = f"{day:%Y/%m/%d}/[{deployed.version}]{secrets.token_hex(16)}"
        self._deployed = deployed
        self._put = put
        self._delay = delay
        self._tail: list[bytes] = []

    def write(self, lines: bytes) -> None:
        """Take whole lines."""
        self._tail.append(lines)
        now = int(time.time() * 1000)
        events = [
            {"timestamp": now, "message": line[start : start + LONGEST_EVENT].decode(errors="replace")}
            for line in lines.splitlines()
            for start in range(0, len(line), LONGEST_EVENT)
        ]
        if events:
            loop = asyncio.get_running_loop()
            loop.call_later(self._delay(), self._put, self._deployed, self.name, events)

    def begin_tail(self) -> None:
        """Forget what was written for other invocations."""
        self._tail.clear()

    def tail(self) -> bytes:
        """Return the end of what was written since then."""
        return b"".join(self._tail)[-LONGEST_TAIL:]
