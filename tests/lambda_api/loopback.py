"""The double as a test uses it: `with lambda_api() as endpoint`."""

import http.client
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

import boto3
from botocore.config import Config

from tests.lambda_api.options import Options
from tests.template.loopback_aws import CREDENTIALS, REGION

ROOT: Final = Path(__file__).parents[2]
ENDS_WITHIN: Final = 60.0
"""Seconds."""


@contextmanager
def lambda_api(options: Options | None = None) -> Iterator[str]:
    """Serve an empty AWS in a process of its own, which ends with this one; yield its address."""
    process = started(options)
    try:
        yield address(process)
    finally:
        _end(process)


def started(options: Options | None = None) -> "subprocess.Popen[str]":
    """Start the double; it ends when its stdin is closed."""
    arguments = (options or Options()).arguments()
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR", "LD_LIBRARY_PATH") if name in os.environ}
    return subprocess.Popen(
        [sys.executable, "-m", "tests.lambda_api", "--stdin", *arguments],
        cwd=ROOT,
        env={**kept, **CREDENTIALS},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def _end(process: "subprocess.Popen[str]") -> None:
    try:
        process.communicate(timeout=ENDS_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()  # its supervisor ends the rest
        process.communicate()
        raise


def address(process: "subprocess.Popen[str]") -> str:
    """Wait until it serves."""
    assert process.stdout is not None
    said = process.stdout.readline().strip()
    assert said.startswith("http://localhost:"), said
    return said


def change(endpoint: str, **wanted: Any) -> None:
    """Set faults or delays: `change(endpoint, faults=["throttle:Invoke:every=3"], delays={"log": 5})`."""
    host = endpoint.removeprefix("http://")
    with closing(http.client.HTTPConnection(host, timeout=10)) as connection:
        connection.request("PUT", "/lambda-api", json.dumps(wanted))
        answer = connection.getresponse()
        said = answer.read()  # or the socket stays open until the answer is collected
    assert answer.status == 200, said


def client(endpoint: str, service: str = "lambda", *, attempts: int = 1) -> Any:
    """Connect as anybody would; each call is tried so many times."""
    session: Any = boto3.Session("nobody", "nobody", region_name=REGION)
    config = Config(retries={"total_max_attempts": attempts, "mode": "standard"}, read_timeout=60)
    return session.client(service, endpoint_url=endpoint, config=config)
