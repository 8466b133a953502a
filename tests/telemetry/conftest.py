from collections.abc import Iterator

import pytest
import structlog
from opentelemetry import context
from opentelemetry.context import Context

from tests.telemetry.harness import Harness


@pytest.fixture(autouse=True)
def _isolated() -> Iterator[None]:
    """Isolate the tests from each other: logging and the current span are global."""
    token = context.attach(Context())
    yield
    context.detach(token)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


@pytest.fixture
def harness() -> Harness:
    return Harness()
