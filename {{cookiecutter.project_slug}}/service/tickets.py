"""Routes of support tickets.

They are `async` although DynamoDB's client blocks. Lambda sends one request at a time, so nobody waits behind
a blocked loop, whereas a plain function would have a thread started and ended for it: some 0.6 ms a request.
On a server with many requests at once, drop the `async` of these routes.
"""

from datetime import UTC, datetime
from typing import Annotated, Final
from uuid import uuid4

from fastapi import APIRouter, Path, Response

from service.models import NewTicket, Problem, Ticket
from service.ports import Counter
from service.state import Exporter, Model, Tickets

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

TicketId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]

router = APIRouter(prefix="/tickets", responses={422: {"model": Problem}, 503: {"model": Problem}})


@router.post("", status_code=201)
async def create_ticket(
    new: NewTicket, response: Response, model: Model, tickets: Tickets, count: Counter
) -> Ticket:
    """Store a ticket, with the language that it is written in."""
    language = model.detect(new.text)
    ticket = Ticket(
        id=uuid4().hex,
        text=new.text,
        language=language.code,
        confidence=language.confidence,
        created_at=datetime.now(UTC),
    )
    tickets.put(ticket)
    count("TicketsCreated")
    response.headers["location"] = f"/tickets/{ticket.id}"
    return ticket


@router.get("/{ticket_id}", responses={404: {"model": Problem}})
async def read_ticket(ticket_id: TicketId, tickets: Tickets) -> Ticket:
    """Read a ticket."""
    return tickets.get(ticket_id)


@router.get("/{ticket_id}/export", response_class=Response, responses={404: {"model": Problem}})
async def export_ticket(ticket_id: TicketId, tickets: Tickets, exporter: Exporter) -> Response:
    """Download a ticket as an Excel workbook."""
    content = exporter.export(tickets.get(ticket_id))
    disposition = f'attachment; filename="ticket-{ticket_id}.xlsx"'
    return Response(content, media_type=XLSX, headers={"content-disposition": disposition})
