"""Shapes of requests and responses."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, StringConstraints

MAX_TEXT = 5_000
"""Characters; keeps an item far below DynamoDB's 400 KB, and a text within one cell of a workbook."""


class NewTicket(BaseModel):
    """What a customer sends."""

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_TEXT)]


class Ticket(BaseModel):
    """A support ticket, as stored and as answered."""

    id: str
    """32 hex digits."""
    text: str
    language: str
    """ISO 639 code; `und` where the text gives no clue."""
    confidence: float
    """Of the language, 0 to 1."""
    created_at: datetime


class Problem(BaseModel):
    """Any answer that is no success."""

    reason: str
    request_id: str
