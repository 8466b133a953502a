"""What the service asks of whoever runs it, by shape only."""

from typing import Annotated, Protocol, cast

from fastapi import Depends, Request


class Count(Protocol):
    """Counts something that the business cares about."""

    def __call__(self, name: str, value: float = 1, unit: str = "Count") -> None:
        """Add to a metric; `unit` is one of CloudWatch's."""


def count_nothing(name: str, value: float = 1, unit: str = "Count") -> None:
    """Stand in where nobody collects metrics, such as under uvicorn."""


async def _count(request: Request) -> Count:
    return cast("Count", request.app.state.count)


Counter = Annotated[Count, Depends(_count)]
"""How a route asks for it."""
