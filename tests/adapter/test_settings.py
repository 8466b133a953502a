import asyncio
import math
from typing import Any

import pytest

from adapter import LifespanAdapter
from adapter.errors import SettingError, UnknownEventError
from adapter.settings import checked_events
from tests.adapter.apps import Recorded
from tests.adapter.events import http_event


@pytest.mark.parametrize("value", [-1, math.inf, math.nan, "3", True])
@pytest.mark.parametrize("name", ["startup_budget", "startup_timeout", "shutdown_timeout"])
def test_wrong_seconds_are_named(name: str, value: Any) -> None:
    app = Recorded()
    with pytest.raises(
        SettingError, match=rf"^{name} must be a number of seconds, 0 or more: got {value!r}$"
    ):
        LifespanAdapter(app, **{name: value})
    assert app.log == []


def test_no_limit_is_for_startups_only() -> None:
    with LifespanAdapter(Recorded(), startup_budget=None, startup_timeout=None) as handler:
        assert handler(http_event(), None)["statusCode"] == 200
    with pytest.raises(SettingError, match=r"^shutdown_timeout must be .*: got None$"):
        LifespanAdapter(Recorded(), shutdown_timeout=None)  # type: ignore[arg-type] # that is the point


@pytest.mark.parametrize("path", ["events", "/events/", "/", ""])
def test_event_path_is_a_path(path: str) -> None:
    said = rf"^event_path must start with '/' and must not end with '/': got '{path}'$"
    with pytest.raises(SettingError, match=said):
        LifespanAdapter(Recorded(), event_path=path)


def test_no_on_event_knows_no_event() -> None:
    with pytest.raises(UnknownEventError):
        asyncio.run(checked_events(None, None, "localhost", None).handle([], None, {}))
