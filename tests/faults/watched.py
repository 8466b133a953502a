"""A function under the real runtime client, whose end is expected at any time."""

import json
import queue
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.adapter.runtime_api import DEADLINE_S, Function, Handler

POLL_S = 0.005
LARGEST_RESPONSE = 6 * 1024 * 1024 + 1024
"""Lambda takes 6 MB of payload, and some room for what is around it."""
CLOSED = "127.0.0.1:9"
"""Nobody listens there: only root could."""
ODD_TRACE = "X-Trace-Id"
"""An event with this key comes with its value as Lambda's trace header."""
SECONDS = "X-Seconds"
"""An event with this key must be answered within so many seconds."""


class Platform(Handler):
    """A Runtime API as strict as Lambda's about what is too large, that tells extensions of events."""

    invokes: "queue.Queue[Any]"

    def do_GET(self) -> None:  # noqa: N802 - as below
        wanted = any("INVOKE" in told["events"] for _, told in self.calls.registered)
        if wanted and self.path.endswith("/extension/event/next"):
            invoke = self.invokes.get()
            if not self.calls.over.is_set():
                self._reply(200, invoke)
            return
        super().do_GET()

    def do_POST(self) -> None:  # noqa: N802 - the standard library's name
        length = int(self.headers["Content-Length"])
        if self.path.endswith("/response") and length > LARGEST_RESPONSE:
            self.rfile.read(length)
            self._reply(413, {"errorType": "RequestEntityTooLarge"})
            return
        super().do_POST()

    def _invocation(self) -> dict[str, str]:
        headers = super()._invocation()
        self.invokes.put({
            "eventType": "INVOKE",
            "requestId": headers["Lambda-Runtime-Aws-Request-Id"],
            "deadlineMs": int(headers["Lambda-Runtime-Deadline-Ms"]),
        })  # fmt: skip
        return headers

    def _reply(self, status: int, body: Any, headers: Any = None) -> None:
        if isinstance(body, dict) and ODD_TRACE in body:
            headers = {**headers, "Lambda-Runtime-Trace-Id": body[ODD_TRACE]}
        if isinstance(body, dict) and SECONDS in body:
            deadline = int((time.time() + body[SECONDS]) * 1000)
            headers = {**headers, "Lambda-Runtime-Deadline-Ms": str(deadline)}
        super()._reply(status, body, headers)


class Watched(Function):
    """The function and what it has answered so far."""

    def __init__(self, source: str, folder: Path, environ: Mapping[str, str]) -> None:
        super().__init__(source, folder, environ=environ)
        self._invokes: queue.Queue[Any] = queue.Queue()
        self._server.RequestHandlerClass = type(
            "P", (Platform,), {"calls": self.calls, "invokes": self._invokes}
        )
        self.responses: list[str] = []
        """A status, with the size of what is large; `error` and a type; `init error` and a type."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.calls.over.set()
        self._invokes.put(None)
        super().__exit__(kind, error, trace)

    def ended(self) -> bool:
        return self._process.poll() is not None

    def kill(self) -> None:
        self._process.kill()

    def until(self, done: Callable[[], bool]) -> None:
        """Wait until `done`, or until the process has ended."""
        deadline = time.monotonic() + DEADLINE_S
        while not done() and not self.ended():
            if time.monotonic() > deadline:
                raise TimeoutError(self.output())
            time.sleep(POLL_S)

    def take(self, waiting: "queue.Queue[Any]") -> Any:
        """The next of what the function has asked or told; None when it has ended without."""
        self.until(lambda: not waiting.empty())
        return None if waiting.empty() else waiting.get()

    def hear(self) -> None:
        """Wait for an answer."""
        answer = self.take(self.calls.answers)
        if answer is not None:
            self.responses.append(described(*answer))

    def end(self) -> int:
        """Exit code, once the process has ended by itself or by what was done to it."""
        try:
            return self.wait()
        except subprocess.TimeoutExpired:
            raise TimeoutError(self.output()) from None
        finally:
            self.responses += [f"init error {kind}" for kind, _ in self.calls.init_errors]
            self.responses += [f"restore error {told['errorType']}" for told in self.calls.restore_errors]


def described(kind: str, told: Any) -> str:
    if kind == "error":
        return f"error {told['errorType']}"
    if not isinstance(told, dict) or "statusCode" not in told:
        return json.dumps(told)
    size, headers = len(told["body"]), len(told["headers"])
    more = [f"{size} bytes"] if size >= 1000 else []
    more += [f"{headers} headers"] if headers >= 100 else []
    return ", ".join([str(told["statusCode"]), *more])
