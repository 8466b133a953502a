"""A twin on the loopback AWS: a function of a few lines on the adapter, and the stack that it is of."""

import io
import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from tests.lambda_api.functions import SETTINGS, Account
from tests.lambda_api.loopback import client
from tests.template.loopback_aws import CREDENTIALS

ROOT: Final = Path(__file__).parents[4]
SECRET: Final = "correct-horse-battery-staple"
"""Value of a variable, which nobody is to read."""
APP: Final = """
import os, time
from contextlib import asynccontextmanager

from adapter import LifespanAdapter
from telemetry import Telemetry

async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        assert (await receive())["type"] == "lifespan.startup"
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    path = scope["path"]
    if path == "/prints":
        for number in range(2000):
            print(f"{number:06} " + "x" * 1000)
    if path == "/exits":
        os._exit(3)
    if path == "/sleeps":
        time.sleep(30)
    if path == "/secret":
        raise RuntimeError(os.environ["SECRET"])
    status = 404 if path == "/missing" else 200
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body", "body": b"ok"})

telemetry = Telemetry.from_env(os.environ)
handler = LifespanAdapter(telemetry.traced(app), **telemetry.hooks)
"""
SILENT: Final = "def handler(event, context):\n    return {'statusCode': 200, 'body': ''}\n"
TEMPLATE: Final = {
    "Parameters": {"Measurable": {"Type": "String", "Default": "off"}},
    "Resources": {"Group": {"Type": "AWS::Logs::LogGroup", "Properties": {}}},
}


@cache
def packed(code: str) -> bytes:
    """Return the function's zip file."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("app.py", code)
        for room in ("adapter", "telemetry"):
            for path in sorted((ROOT / room).rglob("*.py")):
                name = path.relative_to(ROOT).as_posix()
                if not name.startswith(("telemetry/lab", "telemetry/report")):
                    archive.write(path, name)
    return data.getvalue()


@dataclass(frozen=True, slots=True)
class Twin:
    """What a test knows of it."""

    account: Account
    name: str
    """Of function and stack."""

    def configuration(self, **which: str) -> dict[str, Any]:
        """Return a configuration."""
        found: dict[str, Any] = self.account.functions.get_function_configuration(
            FunctionName=self.name, **which
        )
        return found

    @property
    def arn(self) -> str:
        """Of the function."""
        return str(self.configuration()["FunctionArn"])

    def tags(self) -> dict[str, str]:
        """Return those of the function."""
        return dict(self.account.functions.list_tags(Resource=self.arn)["Tags"])

    def versions(self) -> dict[str, str]:
        """Return the published versions with their descriptions."""
        found = self.account.functions.list_versions_by_function(FunctionName=self.name)["Versions"]
        return {one["Version"]: one["Description"] for one in found if one["Version"] != "$LATEST"}

    def aliases(self) -> list[str]:
        """Return the names of the aliases."""
        return [one["Name"] for one in self.account.functions.list_aliases(FunctionName=self.name)["Aliases"]]

    def changeable(self) -> tuple[Any, ...]:
        """Return what a run changes, and has to put back."""
        found = self.configuration()
        return (
            found["MemorySize"],
            found["Environment"]["Variables"],
            found.get("SnapStart", {}).get("ApplyOn"),
        )

    def is_clean(self) -> bool:
        """Whether nothing of a run is left."""
        return not self.versions() and not self.aliases() and "lifespan-lab-run" not in self.tags()

    def env(self) -> dict[str, str]:
        """Return the variables with which the lab finds it."""
        kept = {name: os.environ[name] for name in ("PATH", "TMPDIR", "HOME") if name in os.environ}
        return {**kept, **CREDENTIALS, "AWS_ENDPOINT_URL": self.account.endpoint}


def make_stack(account: Account, name: str, *, parameter: str = "on", tag: str = "on") -> None:
    """Create the stack of a function."""
    outputs = {"FunctionName": {"Value": name}, "LogGroup": {"Value": f"/aws/lambda/{name}"}}
    client(account.endpoint, "cloudformation").create_stack(
        StackName=name,
        TemplateBody=json.dumps({**TEMPLATE, "Outputs": outputs}),
        Parameters=[{"ParameterKey": "Measurable", "ParameterValue": parameter}],
        Tags=[{"Key": "Measurable", "Value": tag}],
    )


def make_twin(account: Account, name: str, code: str = APP, **settings: Any) -> Twin:
    """Create a function that may be measured, and its stack."""
    make_stack(account, name)
    variables = {
        "SECRET": SECRET,
        "LIFESPAN_PLACEMENT": "init",
        "OTEL_SDK_DISABLED": "true",
        "PYTHONPATH": sysconfig.get_path("purelib"),  # in the place of packages in the zip file
    }
    given = {
        "Environment": {"Variables": variables},
        "Tags": {"Measurable": "on"},
        "LoggingConfig": {"LogFormat": "JSON"},
        **settings,
    }
    account.functions.create_function(
        FunctionName=name, Role=account.role(), Code={"ZipFile": packed(code)}, **{**SETTINGS, **given}
    )
    account.settled(name)
    account.functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=10)
    return Twin(account, name)


def event(path: str = "/") -> dict[str, Any]:
    """Return a GET request."""
    http = {"method": "GET", "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": ""}
    return {
        "version": "2.0", "rawPath": path, "rawQueryString": "", "headers": {"host": "h"},
        "requestContext": {"http": http, "requestId": "", "stage": "$default", "timeEpoch": 0},
        "isBase64Encoded": False,
    }  # fmt: skip


def command(twin: Twin, *arguments: str) -> list[str]:
    """Return the lab's command line."""
    return [sys.executable, "-m", "telemetry", "lab", "--stack", twin.name, *arguments]


def start(twin: Twin, folder: Path, *arguments: str) -> "subprocess.Popen[str]":
    """Start the lab as a process of its own."""
    return subprocess.Popen(
        command(twin, *arguments),
        cwd=folder,
        env={**twin.env(), "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def records(path: Path) -> list[Mapping[str, Any]]:
    """Return the lines of a file of records."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def of_kind(lines: Sequence[Mapping[str, Any]], kind: str) -> Iterator[Mapping[str, Any]]:
    """Yield the records of a kind."""
    return (line for line in lines if line.get("record") == kind)
