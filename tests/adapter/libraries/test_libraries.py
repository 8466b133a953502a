from pathlib import Path

import pytest

from tests.adapter.libraries.conftest import GetServer
from tests.adapter.libraries.document import documented, table
from tests.adapter.libraries.kept_function import STARTED, STOPPED, KeptFunction
from tests.adapter.libraries.row import Row
from tests.adapter.libraries.server import Server, await_true
from tests.adapter.libraries.table import TABLE

EACH_ROW = pytest.mark.parametrize("row", TABLE, ids=lambda row: row.app)


def end(function: KeptFunction, server: Server) -> None:
    """End the environment, and see at the server that the app has closed what it opened."""
    function.sigterm()
    function.await_output(STOPPED)
    await_true(lambda: not server.connections(), "the shutdown left a connection open")
    function.let_end()
    assert function.wait() == 0
    output = function.output()
    assert [output.count(words) for words in ("StartupEnded", STARTED, STOPPED)] == [1, 1, 1], output


@pytest.mark.slow
@EACH_ROW
def test_one_startup_one_connection_one_shutdown(row: Row, get_server: GetServer, tmp_path: Path) -> None:
    server = get_server(row.server)
    with KeptFunction(row.app, server.url, tmp_path) as function:
        function.ready()
        opened = server.connections()
        assert len(opened) == 1
        for event in row.first:
            assert function.request(event)["statusCode"] in {200, 202}
        assert {row.connection(function.request(row.event)) for _ in range(3)} == opened, function.output()
        assert server.connections() == opened
        end(function, server)


@pytest.mark.slow
@EACH_ROW
def test_connection_that_the_server_closed(row: Row, get_server: GetServer, tmp_path: Path) -> None:
    server = get_server(row.server)
    with KeptFunction(row.app, server.url, tmp_path) as function:
        function.ready()
        for _ in ("between INIT and the first request", "between two requests"):
            server.close_connections()
            responses = [function.request(row.event) for _ in row.after_close]
            assert tuple(response["statusCode"] for response in responses) == row.after_close, (
                function.output()
            )
            assert server.connections() == {row.connection(responses[-1])} - {None}
        end(function, server)


def test_documentation_agrees() -> None:
    assert documented() == table(TABLE), "run: python -m tests.adapter.libraries.document"
