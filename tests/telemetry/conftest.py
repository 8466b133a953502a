from collections.abc import Iterator

import pytest
import structlog
from opentelemetry import context
from opentelemetry.context import Context

from tests.telemetry.harness import Harness


@pytest.fixture(autouse=True)
def _apart() -> Iterator[None]:
    """No test sees another's logging, nor its current span."""
    token = context.attach(Context())
    yield
    context.detach(token)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


@pytest.fixture
def harness() -> Harness:
    return Harness()
