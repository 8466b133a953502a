import pytest
from fastapi.testclient import TestClient

from service.app import app


def test_price(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_CURRENCY", "EUR")
    with TestClient(app) as client:
        assert client.get("/prices/tea").json() == {"price": "3 EUR"}
