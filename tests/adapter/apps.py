"""Tiny ASGI apps that more than one test needs."""

from adapter.asgi import ASGIApp, Message, Receive, Scope, Send


async def respond(send: Send, body: bytes = b"ok", status: int = 200) -> None:
    """Send a whole response."""
    headers = [(b"content-type", b"text/plain")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class Recorded:
    """An app with a lifespan that puts `state` into its state and logs what it is told."""

    def __init__(self, **state: object) -> None:
        self.state = state
        self.log: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            self.log.append("request")
            await respond(send)
            return
        while True:
            message = await receive()
            self.log.append(message["type"].removeprefix("lifespan."))
            if message["type"] == "lifespan.startup":
                scope["state"].update(self.state)
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return


def with_startup(*messages: Message, then: BaseException | None = None, deaf: bool = False) -> ASGIApp:
    """An app that starts with `messages`, then raises `then` or returns; `deaf`, without being asked."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await respond(send)
            return
        if not deaf:
            await receive()
        for message in messages:
            await send(message)
        if then is not None:
            raise then

    return app
