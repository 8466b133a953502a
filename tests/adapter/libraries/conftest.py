import contextlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager

import pytest

from tests.adapter.libraries.http_server import HttpServer, s3
from tests.adapter.libraries.kept_function import python
from tests.adapter.libraries.postgres import postgres
from tests.adapter.libraries.redis_server import redis_server
from tests.adapter.libraries.row import ServerKind
from tests.adapter.libraries.server import Server, await_true

GetServer = Callable[[ServerKind], Server]


@pytest.fixture(scope="session")
def get_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GetServer]:
    """Start a server when the first test needs it; end them all after the last."""
    python()  # without the libraries, no server is needed
    started: dict[ServerKind, Server] = {}
    kinds: Mapping[ServerKind, Callable[[], AbstractContextManager[Server]]] = {
        "postgres": postgres,
        "redis": lambda: redis_server(tmp_path_factory.mktemp("redis")),
        "http": HttpServer,
        "s3": s3,
    }
    with contextlib.ExitStack() as stack:

        def get(kind: ServerKind) -> Server:
            if kind not in started:
                started[kind] = stack.enter_context(kinds[kind]())
            server = started[kind]
            await_true(lambda: not server.connections(), "another test has left a connection open")
            return server

        yield get
