"""Turns errors into answers that say why and never repeat what was sent."""

from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from service.errors import TicketNotFoundError, TicketsUnavailableError
from service.models import Problem
from service.request_id import HEADER, request_id_of


def answer_problems(app: FastAPI) -> None:
    """Register an answer for everything that can go wrong in a request."""

    @app.exception_handler(TicketNotFoundError)
    async def not_found(request: Request, error: TicketNotFoundError) -> JSONResponse:
        return _answer(request, 404, str(error))

    @app.exception_handler(TicketsUnavailableError)
    async def unavailable(request: Request, error: TicketsUnavailableError) -> JSONResponse:
        return _answer(request, 503, str(error), {"retry-after": "1"})

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        return _answer(request, 422, _reason(error))

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> JSONResponse:
        return _answer(request, error.status_code, error.detail, error.headers)

    @app.exception_handler(Exception)
    async def failed(request: Request, _error: Exception) -> JSONResponse:
        # Starlette answers these outside of every middleware, hence the header by hand; it then raises the
        # error again, for the server to log.
        headers = {HEADER: request_id_of(request.scope)}
        return _answer(request, 500, "Something went wrong on our side.", headers)


def _answer(
    request: Request, status: int, reason: str, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    problem = Problem(reason=reason, request_id=request_id_of(request.scope))
    return JSONResponse(problem.model_dump(), status, headers)


def _reason(error: RequestValidationError) -> str:
    # Where and what, but neither `input` nor `ctx`: both quote the caller.
    return "; ".join(f"{_place(problem['loc'])}: {problem['msg']}" for problem in error.errors())


def _place(location: tuple[int | str, ...]) -> str:
    return [part for part in location if isinstance(part, str)][-1]
