"""Functions to try the double with, and what a client does with them."""

import base64
import contextlib
import io
import json
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from botocore.exceptions import ClientError

from tests.lambda_api.loopback import change, client

T = TypeVar("T")

CODE: Final = """
import logging, os, time

print("imported")
count = 0

def handler(event, context):
    global count
    count += 1
    print("handling", os.environ.get("NAME"))
    if "raises" in event:
        raise ValueError(event["raises"])
    if "exits" in event:
        os._exit(event["exits"])
    if "prints" in event:
        for number in range(event["prints"]):
            print(f"{number:06} " + "x" * 1000)
    if "logs" in event:
        logging.getLogger().warning(event["logs"])
    time.sleep(event.get("sleeps", 0))
    used = time.process_time() + event.get("works", 0)
    while time.process_time() < used:
        pass
    return {
        "count": count,
        "name": os.environ.get("NAME"),
        "version": context.function_version,
        "memory": context.memory_limit_in_mb,
        "arn": context.invoked_function_arn,
        "stream": os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME"),
        "type": os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"],
        "request": context.aws_request_id,
        "has": sorted(os.environ),
    }
"""
BROKEN: Final = "raise RuntimeError('no such luck')\n"
SETTINGS: Final[dict[str, Any]] = {
    "Runtime": "python3.13",
    "Handler": "app.handler",
    "MemorySize": 1769,
    "Timeout": 30,
    "Environment": {"Variables": {"NAME": "first"}},
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What an invocation gave."""

    payload: Any
    version: str | None
    error: str | None
    log: str
    request_id: str
    status: int


def zipped(code: str) -> bytes:
    """Return a zip file with the code as `app.py`."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("app.py", code)
    return data.getvalue()


class Account:
    """An AWS as a client sees it. Nothing is tried twice."""

    def __init__(self, endpoint: str, *, plain: bool = False) -> None:
        """Connect.

        Args:
            endpoint: Its address.
            plain: It is moto, and nothing can be changed there.
        """
        self.endpoint = endpoint
        self._plain = plain
        self.functions = client(endpoint)
        self.logs = client(endpoint, "logs")
        self._roles = client(endpoint, "iam")

    def create(self, name: str, code: str = CODE, **settings: Any) -> dict[str, Any]:
        """Create a function, and wait until it is there."""
        role = self.role()
        made: dict[str, Any] = self.functions.create_function(
            FunctionName=name, Role=role, Code={"ZipFile": zipped(code)}, **{**SETTINGS, **settings}
        )
        self.settled(name)
        return made

    def delete(self, name: str) -> None:
        """Delete a function, if it is there."""
        with contextlib.suppress(ClientError):
            self.functions.delete_function(FunctionName=name)

    def delay(self, **seconds: float) -> None:
        """Let things take so long from now on, those that are pending too."""
        if not self._plain:
            change(self.endpoint, delays=seconds)

    def settled(self, name: str) -> str:
        """Wait until nothing is pending; return the revision."""

        def look() -> str | None:
            found = self.functions.get_function_configuration(FunctionName=name)
            done = found["State"] == "Active" and found.get("LastUpdateStatus") == "Successful"
            return str(found.get("RevisionId")) if done else None  # moto has none

        return until(look)

    def update(self, name: str, **changes: Any) -> None:
        """Update $LATEST, and wait until that is done."""
        self.functions.update_function_configuration(FunctionName=name, **changes)
        self.settled(name)

    def publish(self, name: str, **more: Any) -> str:
        """Publish $LATEST, and wait until the version can be invoked."""
        version: str = self.functions.publish_version(FunctionName=name, **more)["Version"]
        until(lambda: self.state(name, version) == "Active")
        return version

    def state(self, name: str, version: str) -> str:
        """Return whether a version is Pending, Active or Failed."""
        found = self.functions.get_function_configuration(FunctionName=name, Qualifier=version)
        return str(found["State"])

    def invoke(self, name: str, event: dict[str, Any] | None = None, **more: Any) -> Answer:
        """Invoke a function, and have the end of its log; the connection is given back."""
        payload = json.dumps(event or {})
        got = self.functions.invoke(FunctionName=name, Payload=payload, LogType="Tail", **more)
        log = base64.b64decode(got.get("LogResult", ""))
        assert len(log) <= 4096
        return Answer(
            json.loads(got["Payload"].read() or "null"),
            got.get("ExecutedVersion"),
            got.get("FunctionError"),
            log.decode(errors="replace"),
            got["ResponseMetadata"]["RequestId"],
            got["StatusCode"],
        )

    def messages(self, name: str, *wanted: str) -> list[str]:
        """Wait until the log has lines with all of these; return all messages."""
        read = self.logs.get_paginator("filter_log_events")

        def look() -> list[str] | None:
            try:
                pages = read.paginate(logGroupName=f"/aws/lambda/{name}")
                found = [event["message"] for page in pages for event in page["events"]]
            except self.logs.exceptions.ResourceNotFoundException:
                return None
            return found if all(any(text in line for line in found) for text in wanted) else None

        return until(look)

    def role(self) -> str:
        try:
            made = self._roles.create_role(RoleName="runs", AssumeRolePolicyDocument="{}")
        except ClientError:
            made = self._roles.get_role(RoleName="runs")
        arn: str = made["Role"]["Arn"]
        return arn


def until(look: Callable[[], T | None], seconds: float = 60) -> T:
    """Look until there is something to see."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        time.sleep(0.02)
    raise TimeoutError


def refusal(error: ClientError) -> str:
    """Return the code of an error."""
    code: str = error.response["Error"]["Code"]
    return code
