"""A function under the real runtime client, whose end is expected at any time."""

import json
import queue
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.adapter.runtime_api import DEADLINE_S, Function, Handler

POLL_S = 0.005
LARGEST_RESPONSE = 6 * 1024 * 1024 + 1024
"""Lambda takes 6 MB of payload, and some room for what is around it."""
CLOSED_PORT = "127.0.0.1:9"
"""Nobody listens there: only root could."""
TRACE_HEADER = "X-Trace-Id"
"""An event with this key comes with its value as Lambda's trace header."""
TIMEOUT_S = "X-Seconds"
"""An event with this key must be answered within so many seconds."""


class StrictRuntimeApi(Handler):
    """A Runtime API as strict as Lambda's about what is too large."""

    def do_POST(self) -> None:  # noqa: N802 - the standard library's name
        length = int(self.headers["Content-Length"])
        if self.path.endswith("/response") and length > LARGEST_RESPONSE:
            self.rfile.read(length)
            self._reply(413, {"errorType": "RequestEntityTooLarge"})
            return
        super().do_POST()

    def _reply(self, status: int, body: Any, headers: Mapping[str, str] | None = None) -> None:
        own = dict(headers or {})
        if isinstance(body, dict) and TRACE_HEADER in body:
            own["Lambda-Runtime-Trace-Id"] = body[TRACE_HEADER]
        if isinstance(body, dict) and TIMEOUT_S in body:
            own["Lambda-Runtime-Deadline-Ms"] = str(int((time.time() + body[TIMEOUT_S]) * 1000))
        super()._reply(status, body, own)


class FaultyFunction(Function):
    """The function, and the responses that it has given so far."""

    def __init__(self, program: str, folder: Path, environ: Mapping[str, str]) -> None:
        super().__init__(program, folder, environ=environ)
        self._server.RequestHandlerClass = type("H", (StrictRuntimeApi,), {"calls": self.calls})
        self.responses: list[str] = []
        """A status, with the size of what is large; `error` and a type; `init error` and a type."""

    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def kill(self) -> None:
        self._process.kill()

    def wait_until(self, done: Callable[[], bool]) -> None:
        """Wait until `done`, or until the process has ended."""
        deadline = time.monotonic() + DEADLINE_S
        while not done() and not self.has_ended():
            if time.monotonic() > deadline:
                raise TimeoutError(self.output())
            time.sleep(POLL_S)

    def take(self, calls: "queue.Queue[Any]") -> Any:
        """The next of such calls of the function; None when it has ended without one."""
        self.wait_until(lambda: not calls.empty())
        return None if calls.empty() else calls.get()

    def receive_response(self) -> None:
        """Wait for a response and note it."""
        answer = self.take(self.calls.answers)
        if answer is not None:
            self.responses.append(summary(*answer))

    def await_end(self) -> int:
        """Exit code, once the process has ended by itself or by what was done to it."""
        try:
            return self.wait()
        except subprocess.TimeoutExpired:
            raise TimeoutError(self.output()) from None
        finally:
            self.responses += [f"init error {kind}" for kind, _ in self.calls.init_errors]
            self.responses += [f"restore error {error['errorType']}" for error in self.calls.restore_errors]


def summary(kind: str, content: Any) -> str:
    """A response in a few words."""
    if kind == "error":
        return f"error {content['errorType']}"
    if not isinstance(content, dict) or "statusCode" not in content:
        return json.dumps(content)
    size, headers = len(content["body"]), len(content["headers"])
    large = [f"({size} bytes)"] if size >= 1000 else []
    large += [f"({headers} headers)"] if headers >= 100 else []
    return " ".join([str(content["statusCode"]), *large])
