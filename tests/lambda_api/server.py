"""Puts the double together, and serves it on loopback."""

import asyncio
import contextlib
import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from moto.logs.models import logs_backends
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import make_server

from telemetry.lab.platform.run_folder import run_folder
from telemetry.lab.platform.throttle import Throttle
from tests.lambda_api.calls import teach_calls
from tests.lambda_api.delays import Delays
from tests.lambda_api.deployed import Deployed
from tests.lambda_api.faults import Faults
from tests.lambda_api.fleet import Fleet
from tests.lambda_api.invocations import Invocations
from tests.lambda_api.model import teach_cloudformation, teach_model
from tests.lambda_api.operations import Operations
from tests.lambda_api.options import Options
from tests.lambda_api.provisioned import Provisioned
from tests.lambda_api.runner import Runner
from tests.lambda_api.versions import Versions

HOST: Final = "127.0.0.1"
CONTROL: Final = "/lambda-api"
"""Path of the double itself, to which a test sends `{"faults": [...], "delays": {"log": 5}}`."""


class Control:
    """What a test can change while the double serves: faults and delays."""

    def __init__(self, options: Options) -> None:
        self.faults = Faults(filter(None, options.faults.split(",")))
        self.delays = Delays.of(options)

    def change(self, wanted: dict[str, Any]) -> None:
        """Take new faults or delays.

        Raises:
            ValueError: There is no such fault, or delay.
        """
        if "faults" in wanted:
            self.faults.set(wanted["faults"])
        self.delays.change(wanted.get("delays", {}))


async def serve(options: Options) -> None:
    """Serve until SIGTERM or SIGINT, or the end of stdin; everything that was started ends then."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # not a line for each call
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if options.stdin:
        _on_end_of_stdin(lambda: loop.call_soon_threadsafe(stop.set))
    control, lock = Control(options), threading.RLock()
    async with run_folder() as folder:
        with Throttle() as throttle:
            fleet = Fleet(options, folder, throttle, _putter(lock), lambda: control.delays.log)
            with _served(options, control, lock, fleet, Runner(loop)) as address:
                fleet.endpoint = address
                sys.stdout.write(f"{address}\n")
                sys.stdout.flush()
                await stop.wait()
            await fleet.close()


@contextmanager
def _served(
    options: Options, control: Control, lock: threading.RLock, fleet: Fleet, runner: Runner
) -> Iterator[str]:
    """Teach moto, and let it answer calls in threads; yield its address.

    It is an address by name, for moto takes no other for a path to a bucket.
    """
    versions = Versions(control.delays, fleet, runner)
    server = make_server(
        HOST, options.port, _application(control), threaded=True, request_handler=MotoRequestHandler
    )
    port = server.socket.getsockname()[1]
    teach_model(control.delays)
    teach_cloudformation()
    Operations(options, versions).install()
    Provisioned(options, control.delays, fleet, runner).install()
    Invocations(options, fleet, runner).install()
    teach_calls(control.faults, lock)
    if options.stacks:
        _teach_stacks(port)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{port}"
    finally:
        server.shutdown()


def _teach_stacks(port: int) -> None:
    """Let the SAM CLI deploy, as tests of deployments do; the translator takes long to import."""
    from tests.template.moto_server import (  # noqa: PLC0415
        teach_change_sets,
        teach_dependents,
        teach_no_value,
    )
    from tests.template.moto_types import register  # noqa: PLC0415

    register(port)
    teach_dependents()
    teach_change_sets()
    teach_no_value()


def _application(control: Control) -> Callable[[dict[str, Any], Any], Any]:
    moto = DomainDispatcherApplication(create_backend_app)

    def application(environ: dict[str, Any], start_response: Any) -> Any:
        if environ["PATH_INFO"] != CONTROL:
            return moto(environ, start_response)
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        try:
            control.change(json.loads(body))
            status, said = "200 OK", b"{}"
        except ValueError as error:
            status, said = "400 Bad Request", str(error).encode()
        start_response(status, [("Content-Type", "text/plain"), ("Content-Length", str(len(said)))])
        return [said]

    return application


def _putter(lock: threading.RLock) -> Callable[[Deployed, str, list[dict[str, Any]]], None]:
    """Return what hands log events over to CloudWatch Logs."""

    def put(deployed: Deployed, stream: str, events: list[dict[str, Any]]) -> None:
        with lock:
            backend = logs_backends[deployed.arn.split(":")[4]][deployed.region]
            backend.ensure_log_group(deployed.log_group)
            if stream not in backend.groups[deployed.log_group].streams:
                backend.create_log_stream(deployed.log_group, stream)
            backend.put_log_events(deployed.log_group, stream, events)

    return put


def _on_end_of_stdin(act: Callable[[], object]) -> None:
    def wait() -> None:
        with contextlib.suppress(OSError):
            while os.read(0, 4096):
                pass
        act()

    threading.Thread(target=wait, daemon=True).start()
