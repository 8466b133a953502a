"""A loopback Runtime and Extensions API, and one function that the real runtime client runs against it."""

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import adapter
from telemetry.lab.platform.variables import DERIVED

ROOT = Path(str(adapter.__file__)).parent.parent
DEADLINE_S = 20.0


@dataclass
class Calls:
    """What the function has asked the two APIs for and reported to them, and what they have for it."""

    events: "queue.Queue[Any]" = field(default_factory=queue.Queue)
    """To be handed over, one for each poll."""
    polls: "queue.Queue[None]" = field(default_factory=queue.Queue)
    """One item for each time that the function has asked for an event."""
    answers: "queue.Queue[tuple[str, Any]]" = field(default_factory=queue.Queue)
    """To the events: `response` or `error`, and its content."""
    init_errors: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    restore_errors: list[dict[str, Any]] = field(default_factory=list)
    snapshots: int = 0
    registered: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    """Names of the extensions that the function has registered, and what they asked for."""
    invokes: "queue.Queue[Any]" = field(default_factory=queue.Queue)
    """To be handed over to an extension that wants them."""
    extension_waits: threading.Event = field(default_factory=threading.Event)
    """Set when an extension has asked for its next event."""
    drop_extension: threading.Event = field(default_factory=threading.Event)
    """Set it to close the connection of an extension that waits and wants no events."""
    refuse_extensions: bool = False
    failing_polls: "queue.Queue[None]" = field(default_factory=queue.Queue)
    """One item for each time that an extension which asks for its next event gets an error."""
    drop_after_invoke: bool = False
    """Close an extension's connection after each event, though nothing has announced it."""
    closing: threading.Event = field(default_factory=threading.Event)


class Handler(BaseHTTPRequestHandler):
    wbufsize = -1  # headers and body leave in one write
    calls: Calls

    def do_GET(self) -> None:
        if self.path.endswith("/extension/event/next"):
            self._next_extension_event()
        elif self.path.endswith("/restore/next"):
            self.calls.snapshots += 1
            self._reply(200, {})
        elif self.path.endswith("/invocation/next"):
            self.calls.polls.put(None)
            event = self.calls.events.get()
            if not self.calls.closing.is_set():
                self._reply(200, event, self._invocation())

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path.endswith("/extension/register"):
            self._register(body)
            return
        if self.path.endswith("/init/error"):
            self.calls.init_errors.append((self.headers["Lambda-Runtime-Function-Error-Type"], body))
        elif self.path.endswith("/restore/error"):
            self.calls.restore_errors.append(body)
        else:
            self.calls.answers.put((self.path.rpartition("/")[2], body))
        self._reply(202, {})

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the standard library's name
        """Keep stderr for failures."""

    def _register(self, body: dict[str, Any]) -> None:
        if self.calls.refuse_extensions:
            self._reply(403, {"errorType": "Extension.Refused"})
            return
        self.calls.registered.append((self.headers["Lambda-Extension-Name"], body))
        self._reply(200, {}, {"Lambda-Extension-Identifier": "extension-1"})

    def _next_extension_event(self) -> None:
        self.calls.extension_waits.set()
        with contextlib.suppress(queue.Empty):
            self.calls.failing_polls.get_nowait()
            self._reply(500, {"errorType": "Extension.InternalError"})
            return
        if not self._invokes_are_wanted():
            self.calls.drop_extension.wait()
            return
        invoke = self.calls.invokes.get()
        if self.calls.closing.is_set():
            return
        if self.calls.drop_after_invoke:
            # The client keeps a connection of this version, which this server closes all the same.
            self.protocol_version = "HTTP/1.1"
        self._reply(200, invoke)

    def _invokes_are_wanted(self) -> bool:
        return any("INVOKE" in body["events"] for _, body in self.calls.registered)

    def _invocation(self) -> dict[str, str]:
        """Headers of a new invocation, of which the extension is told as well."""
        request_id = f"request-{time.monotonic_ns()}"
        deadline_ms = int((time.time() + DEADLINE_S) * 1000)
        self.calls.invokes.put({"eventType": "INVOKE", "requestId": request_id, "deadlineMs": deadline_ms})
        return {
            "Lambda-Runtime-Aws-Request-Id": request_id,
            "Lambda-Runtime-Deadline-Ms": str(deadline_ms),
            "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:eu-west-1:123456789012:function:f",
            "Lambda-Runtime-Trace-Id": "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1",
        }

    def _reply(self, status: int, body: Any, headers: Mapping[str, str] | None = None) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        sent = {"Content-Type": "application/json", "Content-Length": str(len(data)), **(headers or {})}
        for name, value in sent.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)


class Function:
    """A function of the given source, in a process of its own under the real runtime client."""

    def __init__(
        self,
        source: str,
        folder: Path,
        *,
        python: str = sys.executable,
        refuse_extensions: bool = False,
        drop_after_invoke: bool = False,
        environ: Mapping[str, str] | None = None,
        **more: str,
    ) -> None:
        own = {**(environ or {}), **more}
        (folder / "function.py").write_text(source)
        self.calls = Calls(refuse_extensions=refuse_extensions, drop_after_invoke=drop_after_invoke)
        self._workers = int(own.get("AWS_LAMBDA_MAX_CONCURRENCY", "1"))
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("H", (Handler,), {"calls": self.calls}))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        self._log = folder / "out.txt"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [python, "-m", "awslambdaric", "function.handler"],
                cwd=folder,
                env=self._environ(folder) | own,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(ProcessLookupError):  # all have ended, workers included
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self.calls.closing.set()
        self.calls.drop_extension.set()
        self.calls.invokes.put(None)
        for _ in range(self._workers):
            self.calls.events.put(None)
        self._server.shutdown()
        self._server.server_close()

    def ready(self) -> None:
        """Wait until the function asks for an event: init is over, or the last answer has left."""
        self.calls.polls.get(timeout=DEADLINE_S)

    def send(self, event: Any) -> None:
        """Hand over an event, without waiting for the answer."""
        self.calls.events.put(event)

    def answer(self) -> tuple[str, Any]:
        """The next answer: `response` or `error`, and its content."""
        return self.calls.answers.get(timeout=DEADLINE_S)

    def invoke(self, event: Any) -> tuple[str, Any]:
        """Send an event and wait for the answer."""
        self.ready()
        self.send(event)
        return self.answer()

    def sigterm(self) -> None:
        """Do what Lambda does first to end an environment."""
        self.signal(signal.SIGTERM)

    def signal(self, number: signal.Signals) -> None:
        """Send any signal."""
        self._process.send_signal(number)

    def wait(self) -> int:
        """Exit code, once the process has ended."""
        return self._process.wait(timeout=DEADLINE_S)

    def await_output(self, text: str, times: int = 1) -> str:
        """Everything written, once `text` is in it so many times."""
        ends = time.monotonic() + DEADLINE_S
        while (output := self.output()).count(text) < times:
            if time.monotonic() > ends:
                raise TimeoutError(f"no {text!r} in:\n{output}")
            time.sleep(0.01)
        return output

    def output(self) -> str:
        """Everything written to stdout and stderr so far."""
        return self._log.read_text()

    def _environ(self, folder: Path) -> dict[str, str]:
        host, port = self._server.server_address[:2]
        return {
            **os.environ,
            "PYTHONPATH": os.pathsep.join((os.environ.get("PYTHONPATH", "."), str(ROOT), str(folder))),
            "AWS_LAMBDA_RUNTIME_API": f"{host!s}:{port}",
            "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
            "_HANDLER": "function.handler",
            "AWS_LAMBDA_FUNCTION_NAME": "f",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
            "AWS_LAMBDA_LOG_STREAM_NAME": "2026/11/24/[$LATEST]0123456789abcdef",
            **DERIVED,
            "TMPDIR": str(folder),  # Lambda's /tmp belongs to one environment
        }
