"""A Redis of its own, on loopback, that keeps nothing."""

import contextlib
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.adapter.libraries.server import await_true, free_port, installed, running

CLIENT = re.compile(r"^id=(\d+) (?!.*cmd=client\|list)", re.MULTILINE)
"""In the list of clients: all but the one that asks for it."""


@dataclass(frozen=True, slots=True)
class RedisServer:
    """The server; a connection's number is the id of its client."""

    port: int
    cli: Path

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    def connections(self) -> set[int]:
        return {int(number) for number in CLIENT.findall(self._ask("client", "list"))}

    def close_connections(self) -> None:
        self._ask("client", "kill", "type", "normal")  # all but the one that says so
        await_true(lambda: not self.connections(), "Redis keeps its connections")

    def answers(self) -> bool:
        return self._ask("ping") == "PONG\n"

    def _ask(self, *words: str) -> str:
        command: list[str | Path] = [self.cli, "-h", "127.0.0.1", "-p", str(self.port), *words]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout


@contextlib.contextmanager
def redis_server(folder: Path) -> Iterator[RedisServer]:
    """A server in this folder."""
    program, cli = installed("redis-server", "redis-server"), installed("redis-cli", "redis-tools")
    server = RedisServer(free_port(), cli)
    command: list[str | Path] = [program, "--bind", "127.0.0.1", "--port", str(server.port), "--save", ""]
    with running(command, folder, server.answers):
        yield server
