"""The support-ticket app: plain ASGI, for any server."""

import os
from collections.abc import Mapping

from fastapi import FastAPI

from service.lifespan import lifespan_from
from service.ports import Count, count_nothing
from service.problems import answer_problems
from service.request_id import RequestId
from service.tickets import router


def create_app(environ: Mapping[str, str] = os.environ, count: Count = count_nothing) -> FastAPI:
    """Put the app together; nothing is loaded or connected before its lifespan starts."""
    app = FastAPI(title="Support tickets", lifespan=lifespan_from(environ))
    app.state.count = count
    app.add_middleware(RequestId)
    app.include_router(router)
    answer_problems(app)
    return app


app = create_app()
