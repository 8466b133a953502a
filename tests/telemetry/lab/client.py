"""What speaks to the lab's server in tests: bare HTTP on bare sockets."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from telemetry.lab.platform.runtime_api import Event, RuntimeApi

EVENT = Event("r-1", "arn", "Root=1-2-3", b'{"a":1}', 1700000000000)
RESTORE = "/2018-06-01/runtime/restore/next"
NEXT = "/2018-06-01/runtime/invocation/next"
RESPONSE = "/2018-06-01/runtime/invocation/r-1/response"


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


class Client:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> None:
        lines = [f"{method} {path} HTTP/1.1", "Host: lab", f"Content-Length: {len(body)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        await self.writer.drain()

    async def answer(self) -> Answer:
        head = (await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), 10)).decode()
        first, *lines = head.strip().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines)
        body = await self.reader.readexactly(int(headers["Content-Length"]))
        return Answer(int(first.split()[1]), headers, body)

    async def call(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        await self.ask(method, path, body, **headers)
        return await self.answer()


class Clients:
    def __init__(self, address: str) -> None:
        self.host, self.port = address.split(":")
        self.open: list[asyncio.StreamWriter] = []

    async def __call__(self) -> Client:
        reader, writer = await asyncio.open_connection(self.host, int(self.port))
        self.open.append(writer)
        return Client(reader, writer)

    async def runtime(self) -> Client:
        """One that has asked for an event."""
        client = await self()
        await client.ask("GET", NEXT)
        return client


@asynccontextmanager
async def serving(*, snap_start: bool = False) -> AsyncIterator[tuple[RuntimeApi, Clients]]:
    api = RuntimeApi({"functionName": "lab"}, snap_start=snap_start)
    clients = Clients(await api.listen())
    try:
        yield api, clients
    finally:
        for writer in clients.open:
            writer.close()
        api.close()
        await asyncio.sleep(0)
