"""The documented server of the Model Context Protocol, and the SDK's own client in front of it."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.adapter.libraries.gateway import Gateway
from tests.adapter.libraries.kept_function import FunctionWithLibraries, python
from tests.adapter.libraries.table import HELLO, LIST
from tests.docs.documents import code

pytestmark = pytest.mark.slow

CLIENT = """
import asyncio, json, sys
from mcp import Client

async def main(url, mode):
    async with Client(url, mode=mode) as client:
        tools = [tool.name for tool in (await client.list_tools()).tools]
        answers = [await client.call_tool("add", {"a": 1, "b": b}) for b in (1, 2, 3)]
    print(json.dumps([tools, [answer.structured_content["result"] for answer in answers]]))

asyncio.run(main(*sys.argv[1:]))
"""


def documented() -> str:
    """Source of the function."""
    (server,) = [block for block in code("adapter", "python") if "MCPServer" in block]
    return server


def ran(mode: str, url: str) -> Any:
    """What the client got from the server."""
    command = [python(), "-c", CLIENT, f"{url}/mcp", mode]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_documented_server_serves_a_client(mode: str, tmp_path: Path) -> None:
    with FunctionWithLibraries(documented(), tmp_path) as function:
        function.ready()
        with Gateway(function.request) as gateway:
            assert ran(mode, gateway.url) == [["add"], [2, 3, 4]]


def test_mangum_serves_one_call(tmp_path: Path) -> None:
    source = documented().replace("from adapter import LifespanAdapter", "from mangum import Mangum")
    with FunctionWithLibraries(source.replace("LifespanAdapter(", "Mangum("), tmp_path) as function:
        (_, first), *others = [function.invoke(event) for event in (HELLO, LIST, LIST)]
    assert first["statusCode"] == 200
    assert [kind for kind, _ in others] == ["error", "error"]
    assert all(".run() can only be called once" in content["errorMessage"] for _, content in others)


def test_without_host_every_caller_is_refused(tmp_path: Path) -> None:
    source = documented().replace(', host="0.0.0.0"', "")
    with FunctionWithLibraries(source, tmp_path) as function:
        function.ready()
        assert function.request(HELLO)["statusCode"] == 421
    assert source != documented()
