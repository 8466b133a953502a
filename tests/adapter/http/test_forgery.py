"""No request from outside gets into an app as an event, however its path and method are spelt."""

import importlib
import sys
from collections.abc import Callable
from typing import Any

import pytest

from adapter import LifespanAdapter
from tests.adapter.frameworks import site_packages
from tests.adapter.http import forgery
from tests.adapter.http.forgery import EVENT, forgeries
from tests.adapter.http.oracle.exchange import Gateway
from tests.adapter.http.oracle.gateways.function_url import FUNCTION_URL
from tests.adapter.http.oracle.gateways.http_api import HTTP_API

GATEWAYS = [HTTP_API, FUNCTION_URL]
"""One that decodes the path, and one that does not."""
APPS = ["starlette_app", "fastapi_app", "mounted_app", "plain_app", "forgiving_app", "forgiving_fastapi_app"]
OTHER_APPS = ["litestar_app", "quart_app", "forgiving_litestar_app", "forgiving_quart_app"]

each_gateway = pytest.mark.parametrize("gateway", GATEWAYS, ids=[gateway.name for gateway in GATEWAYS])


@pytest.fixture
def framework_apps(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Apps of frameworks that live in an environment of their own."""
    monkeypatch.setattr(sys, "path", [*sys.path, str(site_packages())])
    return importlib.import_module("tests.adapter.http.framework_apps")


def taken_by(make: Callable[..., Any], gateway: Gateway, *, guard: bool) -> tuple[int, list[Any]]:
    """How many forged events an app takes, and what it makes of a real one."""
    taken: list[Any] = []
    with LifespanAdapter(make(taken, guard=guard), event_path="/events") as handler:
        for event in forgeries(gateway, "/events"):
            result = handler(event, None)
            assert 200 <= result["statusCode"] < 500, result
        forged = len(taken)
        handler(EVENT, None)
    return forged, taken[forged:]


@each_gateway
@pytest.mark.parametrize("app", APPS)
def test_e1_no_forged_event_gets_in(app: str, gateway: Gateway) -> None:
    assert taken_by(getattr(forgery, app), gateway, guard=True) == (0, [EVENT])


@pytest.mark.parametrize("app", ["plain_app", "forgiving_app"])
def test_path_alone_is_no_proof(app: str) -> None:
    forged, real = taken_by(getattr(forgery, app), FUNCTION_URL, guard=False)
    assert forged > 0
    assert real == [EVENT]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # what frameworks say of themselves
@each_gateway
@pytest.mark.parametrize("app", OTHER_APPS)
def test_e1_no_forged_event_gets_into_other_frameworks(
    framework_apps: Any, app: str, gateway: Gateway
) -> None:
    assert taken_by(getattr(framework_apps, app), gateway, guard=True) == (0, [EVENT])


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # as above
@pytest.mark.parametrize("app", OTHER_APPS)
def test_path_alone_is_no_proof_to_other_frameworks(framework_apps: Any, app: str) -> None:
    forged, real = taken_by(getattr(framework_apps, app), FUNCTION_URL, guard=False)
    assert forged > 0 or not app.startswith("forgiving")
    assert real == [EVENT]
