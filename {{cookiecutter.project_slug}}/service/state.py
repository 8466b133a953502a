"""What the lifespan hands to every request, and how a route asks for it."""

from typing import TYPE_CHECKING, Annotated, TypedDict, cast

from fastapi import Depends, Request

if TYPE_CHECKING:  # importing them loads what only `lifespan` shall load
    from service.language import LanguageModel
    from service.ticket_store import TicketStore
    from service.workbook import WorkbookExporter


class State(TypedDict):
    """The loaded resources; each key is the name of the `preload` block that loads it."""

    model: "LanguageModel"
    tickets: "TicketStore"
    exporter: "WorkbookExporter"


def _state_of(request: Request) -> State:
    return cast("State", request.scope["state"])


# `async`, because FastAPI sends a plain function through a thread pool, which costs more than the look-up.
async def _model(request: Request) -> "LanguageModel":
    return _state_of(request)["model"]


async def _tickets(request: Request) -> "TicketStore":
    return _state_of(request)["tickets"]


async def _exporter(request: Request) -> "WorkbookExporter":
    return _state_of(request)["exporter"]


Model = Annotated["LanguageModel", Depends(_model)]
Tickets = Annotated["TicketStore", Depends(_tickets)]
Exporter = Annotated["WorkbookExporter", Depends(_exporter)]
