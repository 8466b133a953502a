"""Apps of frameworks that live in an environment of their own."""

from typing import Any

from litestar import Litestar, post
from litestar.exceptions import NotFoundException
from quart import Quart, abort, request

from adapter import posted_event
from adapter.asgi import ASGIApp
from tests.adapter.http.forgery import Taken, behind, forgiving_path, overridden_method


def litestar_app(taken: Taken, *, guard: bool) -> ASGIApp:
    """Takes events behind a guard."""

    def only_events(connection: Any, _handler: Any) -> None:
        if guard and posted_event(connection.scope) is None:
            raise NotFoundException

    @post("/events", guards=[only_events], status_code=200)  # type: ignore[untyped-decorator] # not in this environment
    async def take(data: dict[str, Any]) -> str:
        taken.append(data)
        return "ok"

    app: ASGIApp = Litestar([take], openapi_config=None)
    return app


def quart_app(taken: Taken, *, guard: bool) -> ASGIApp:
    """Takes events by a plain route."""
    app = Quart(__name__)

    @app.post("/events")  # type: ignore[untyped-decorator] # as above
    async def take() -> str:
        if guard and posted_event(request.scope) is None:
            abort(404)
        taken.append(await request.get_json())
        return "ok"

    asgi: ASGIApp = app
    return asgi


def forgiving_litestar_app(taken: Taken, *, guard: bool) -> ASGIApp:
    """Behind middlewares that change path and method."""
    return behind(behind(litestar_app(taken, guard=guard), forgiving_path), overridden_method)


def forgiving_quart_app(taken: Taken, *, guard: bool) -> ASGIApp:
    """The same."""
    return behind(behind(quart_app(taken, guard=guard), forgiving_path), overridden_method)
