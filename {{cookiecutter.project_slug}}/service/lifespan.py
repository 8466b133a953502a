"""Loads what requests need, once, and closes what can be closed."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from typing import Any

from adapter import preload
from service.settings import Settings
from service.state import State

# Imports belong to what a resource costs, so each happens where that is measured.
# ruff: noqa: PLC0415


def lifespan_from(environ: Mapping[str, str]) -> Callable[[Any], AbstractAsyncContextManager[State]]:
    """Make the app's lifespan; settings are read when it starts, not before."""

    @asynccontextmanager
    async def lifespan(_app: object) -> AsyncIterator[State]:
        settings = Settings.from_env(environ)
        with preload("model"):
            from service.language import LanguageModel

            model = LanguageModel()
        with preload("tickets"):
            from service.ticket_store import TicketStore

            tickets = TicketStore.connect(settings.tickets_table)
        with closing(tickets):
            with preload("exporter"):
                from service.workbook import WorkbookExporter

                exporter = WorkbookExporter()
            yield State(model=model, tickets=tickets, exporter=exporter)

    return lifespan
