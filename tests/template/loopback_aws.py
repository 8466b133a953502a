"""An AWS on loopback for one test module, and what is in it."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import boto3

ROOT: Final = Path(__file__).parents[2]
REGION: Final = "eu-west-1"
CREDENTIALS: Final = {
    "AWS_ACCESS_KEY_ID": "nobody",
    "AWS_SECRET_ACCESS_KEY": "nobody",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_EC2_METADATA_DISABLED": "true",
}


@contextmanager
def loopback_aws(requests: Path) -> Iterator[str]:
    """Serve an empty AWS, and write to `requests` what CloudFormation is asked for; yield the address.

    It is an address by name, for moto takes no other for a path to a bucket.
    """
    port = _free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.template.moto_server", str(port), str(requests)],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", **CREDENTIALS},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert server.stdout is not None
        assert server.stdout.readline() == "serving\n"
        yield f"http://localhost:{port}"
    finally:
        server.communicate("", timeout=10)


def _free_port() -> int:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port: int = unused.getsockname()[1]
        return port


def asked(requests: Path, action: str, stack: str) -> list[dict[str, Any]]:
    """The requests of one kind that are about a stack, in order."""
    lines = requests.read_text(encoding="utf-8").splitlines() if requests.exists() else []
    found = [json.loads(line) for line in lines]
    return [request for request in found if (request["Action"], request["StackName"]) == (action, stack)]


class Account:
    """What is in AWS after a deployment."""

    def __init__(self, endpoint: str, stack: str) -> None:
        self._endpoint = endpoint
        (found,) = self._connect("cloudformation").describe_stacks(StackName=stack)["Stacks"]
        self.status = found["StackStatus"]
        self.outputs = {output["OutputKey"]: output["OutputValue"] for output in found["Outputs"]}
        self.parameters = {pair["ParameterKey"]: pair["ParameterValue"] for pair in found["Parameters"]}

    def _connect(self, service: str) -> Any:
        connect: Any = boto3.Session("nobody", "nobody", region_name=REGION).client
        return connect(service, endpoint_url=self._endpoint)

    def function(self) -> dict[str, Any]:
        name = self.outputs["FunctionName"]
        found: dict[str, Any] = self._connect("lambda").get_function_configuration(FunctionName=name)
        return found

    def dashboard(self, name: str) -> str:
        body: str = self._connect("cloudwatch").get_dashboard(DashboardName=name)["DashboardBody"]
        return body

    def alarms(self) -> set[str]:
        found = self._connect("cloudwatch").describe_alarms()["MetricAlarms"]
        return {alarm["AlarmName"].rpartition("-")[0] for alarm in found}

    def integration(self) -> str:
        (api,) = self._connect("apigatewayv2").get_apis()["Items"][-1:]
        (integration,) = self._connect("apigatewayv2").get_integrations(ApiId=api["ApiId"])["Items"]
        uri: str = integration["IntegrationUri"]
        return uri

    def alias(self) -> dict[str, Any]:
        name = self.outputs["FunctionName"]
        found: dict[str, Any] = self._connect("lambda").get_alias(FunctionName=name, Name="live")
        return found

    def versions(self) -> dict[str, str]:
        """The published versions, with their descriptions."""
        found = self._connect("lambda").list_versions_by_function(FunctionName=self.outputs["FunctionName"])
        return {
            version["Version"]: version["Description"]
            for version in found["Versions"]
            if version["Version"] != "$LATEST"
        }

    def reserved(self) -> int | None:
        """The function's reserved concurrency."""
        found = self._connect("lambda").get_function_concurrency(FunctionName=self.outputs["FunctionName"])
        number: int | None = found.get("ReservedConcurrentExecutions")
        return number

    def tag(self, tags: dict[str, str]) -> None:
        """Give tags to the function."""
        self._connect("lambda").tag_resource(Resource=self.function()["FunctionArn"], Tags=tags)

    def live(self) -> str:
        """The version that requests go to."""
        return str(self.alias()["FunctionVersion"])
