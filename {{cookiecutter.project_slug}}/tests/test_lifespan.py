from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from fastapi.testclient import TestClient

from service.app import create_app
from service.state import State
from tests.dynamodb_server import EmptyTable, empty_table

UNKNOWN = "0" * 32


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[EmptyTable]:
    with empty_table() as server:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.setenv(name, "test")
        monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", server.url)
        yield server


def test_requests_share_startups_connection(server: EmptyTable) -> None:
    with TestClient(create_app({"TICKETS_TABLE": "tickets"})) as client:
        assert (server.connections, server.calls) == (1, 1)

        for _ in range(2):
            client.get(f"/tickets/{UNKNOWN}")

        assert (server.connections, server.calls) == (1, 3)


def test_shutdown_closes_connection(server: EmptyTable) -> None:
    with TestClient(create_app({"TICKETS_TABLE": "tickets"})):
        assert not server.left.is_set()

    assert server.left.wait(timeout=5)


def test_failed_startup_closes_connection(server: EmptyTable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.workbook.Workbook", None)

    with pytest.raises(TypeError), TestClient(create_app({"TICKETS_TABLE": "tickets"})):
        pass

    assert server.left.wait(timeout=5)


def test_preloads_named_like_state(server: EmptyTable, monkeypatch: pytest.MonkeyPatch) -> None:
    names: list[str] = []

    @contextmanager
    def preload(name: str) -> Iterator[None]:
        names.append(name)
        yield

    monkeypatch.setattr("service.lifespan.preload", preload)

    with TestClient(create_app({"TICKETS_TABLE": "tickets"})) as client:
        assert names == list(State.__annotations__) == list(client.app_state)


def test_starts_over(server: EmptyTable) -> None:
    app = create_app({"TICKETS_TABLE": "tickets"})

    for _ in range(2):
        with TestClient(app) as client:
            assert client.get(f"/tickets/{UNKNOWN}").status_code == 404

    assert server.connections == 2
