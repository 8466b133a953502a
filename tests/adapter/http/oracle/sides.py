"""The two sides that must agree: uvicorn's own protocol class, and the adapter behind a gateway."""

import asyncio
from typing import Any

import h11
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from adapter import LifespanAdapter
from adapter.asgi import Receive, Scope, Send
from tests.adapter.http.oracle.exchange import Gateway, Received, Reply, Request, Seen


class Answering:
    """An app that keeps what it sees of a request, and answers with a given reply."""

    def __init__(self, reply: Reply) -> None:
        self.reply = reply
        self.seen: Seen | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            assert message["type"] == "http.request"
            body += message.get("body", b"")
            more = message.get("more_body", False)
        self.seen = Seen.of(scope, body)
        reply = self.reply
        await send({"type": "http.response.start", "status": reply.status, "headers": list(reply.lines)})
        for part in reply.parts[:-1]:
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": reply.parts[-1]})


class Wire(asyncio.Transport):
    """A connection of the client to the server, which is where the client thinks that it is."""

    def __init__(self, request: Request) -> None:
        super().__init__(
            {
                "sockname": request.server,
                "peername": request.client,
                "sslcontext": object() if request.scheme == "https" else None,
            }
        )
        self.written = bytearray()
        self._closing = False

    def write(self, data: Any) -> None:
        self.written += data

    def is_closing(self) -> bool:
        return self._closing

    def close(self) -> None:
        self._closing = True

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...


def straight(request: Request, reply: Reply, loop: asyncio.AbstractEventLoop) -> tuple[Seen, Received]:
    """By way of uvicorn."""
    app, wire, state = Answering(reply), Wire(request), ServerState()
    config = Config(app, http="h11", lifespan="off", log_config=None, proxy_headers=False, access_log=False)
    protocol = H11Protocol(config=config, server_state=state, app_state={}, _loop=loop)
    protocol.connection_made(wire)
    protocol.data_received(request.wire())
    for task in list(state.tasks):
        loop.run_until_complete(task)
    protocol.connection_lost(None)
    assert app.seen is not None, bytes(wire.written)
    return app.seen, _parsed(request, bytes(wire.written))


def by_way_of(gateway: Gateway, request: Request, reply: Reply) -> tuple[Seen, Received]:
    """By way of a gateway and the adapter."""
    app = Answering(reply)
    with LifespanAdapter(app, "off") as handler:
        result = handler(gateway.event(request), None)
    assert app.seen is not None
    received = gateway.reply(result).received()
    if request.method == "HEAD":
        received = Received(received.status, received.headers, b"")
    return app.seen, received


def expected(gateway: Gateway, request: Request, seen: Seen, received: Received) -> tuple[Seen, Received]:
    """What uvicorn's side becomes by all that this gateway makes different."""
    for difference in gateway.differences:
        seen = difference.seen(request, seen)
        received = difference.received(received)
    return seen, received


def _parsed(request: Request, written: bytes) -> Received:
    client = h11.Connection(h11.CLIENT)
    client.send(h11.Request(method=request.method, target="/", headers=[("host", "a")]))
    client.send(h11.EndOfMessage())
    client.receive_data(written)
    response = client.next_event()
    assert isinstance(response, h11.Response), written
    body = b""
    while isinstance(event := client.next_event(), h11.Data):
        body += event.data
    assert isinstance(event, h11.EndOfMessage), written
    return Reply(response.status_code, list(response.headers), [body]).received()
