import asyncio
import json
from collections.abc import Iterable
from http import HTTPStatus

import pytest

from telemetry.lab.platform import http
from telemetry.lab.platform.http import Connection, Request, Respond, Response, Serve

GET = b"GET / HTTP/1.1\r\nHost: lab\r\n\r\n"
POST = b"POST /a HTTP/1.1\r\nHost: lab\r\n"
CHUNKED = POST + b"Transfer-Encoding: Chunked\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\n"


def received(pieces: Iterable[bytes]) -> list[Request]:
    """The requests in what arrives piece by piece."""
    requests: list[Request] = []
    connection = Connection(lambda request, _: requests.append(request), set())
    for piece in pieces:
        connection.data_received(piece)
    return requests


def in_bytes(text: bytes) -> list[bytes]:
    return [bytes([byte]) for byte in text]


def respond_with_size(request: Request, respond: Respond) -> None:
    respond(Response(HTTPStatus.OK, json.dumps(len(request.body)).encode()))


async def talk(*pieces: bytes, serve: Serve = respond_with_size) -> list[bytes]:
    """Send pieces one by one; return what came back after each."""
    connections: set[Connection] = set()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(serve, connections), "127.0.0.1", 0)
    async with server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        answers = []
        try:
            for piece in pieces:
                writer.write(piece)
                answers.append(await asyncio.wait_for(reader.read(65536), 10))
        finally:
            writer.close()
            await writer.wait_closed()
    return answers


def test_body_by_length() -> None:
    text = POST + b"Content-Length: 3\r\nX-Y: z\r\n\r\nabc"
    for pieces in ([text], in_bytes(text)):
        [request] = received(pieces)
        assert (request.method, request.path, request.body) == ("POST", "/a", b"abc")
        assert request.headers == {"host": "lab", "content-length": "3", "x-y": "z"}


def test_body_in_chunks() -> None:
    text = CHUNKED + b"3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\nT: 1\r\n\r\n"
    for pieces in ([text], in_bytes(text)):
        [request] = received(pieces)
        assert request.body == b"abc0123456789"


def test_no_body() -> None:
    [request] = received([GET])
    assert request.body == b""


def test_nothing_is_served_before_it_is_whole() -> None:
    assert received([POST + b"Content-Length: 3\r\n\r\nab"]) == []


def test_stack_trace_fits_into_a_header() -> None:
    [request] = received([POST + b"X-Trace: " + b"x" * 1024 * 1024 + b"\r\n\r\n"])
    assert len(request.headers["x-trace"]) == 1024 * 1024


@pytest.mark.parametrize(
    "text",
    [
        b"junk\r\n\r\n",
        b"\x16\x03\x01\r\n\r\n",
        POST + b"Content-Length: many\r\n\r\n",
        POST + b"Content-Length: -4\r\n\r\n",
        CHUNKED + b"zz\r\n",
    ],
)
def test_connection_is_closed_on_what_is_not_http(text: bytes) -> None:
    assert asyncio.run(talk(text)) == [b""]


def test_connection_is_closed_on_too_large_a_body(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "LARGEST_BODY", 3)
    assert asyncio.run(talk(POST + b"Content-Length: 4\r\n\r\nabcd")) == [b""]


def test_continues_when_asked() -> None:
    head = POST + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n"
    interim, final = asyncio.run(talk(head, b"ab"))
    assert interim == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert final.startswith(OK)
    assert final.endswith(b"\r\n\r\n2")


def test_connection_is_reused() -> None:
    answers = asyncio.run(talk(GET, GET))
    assert [answer[: len(OK)] for answer in answers] == [OK, OK]


def test_connection_is_closed_if_the_client_wants_it() -> None:
    answer, end = asyncio.run(talk(GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"), b""))
    assert answer.startswith(OK)
    assert end == b""


def test_requests_sent_together_are_served_in_turn() -> None:
    """The second one waits while the first one is open."""
    paths: list[str] = []

    def respond_later(request: Request, respond: Respond) -> None:
        paths.append(request.path)
        body = json.dumps(len(paths)).encode()
        asyncio.get_running_loop().call_later(0.05, respond, Response(HTTPStatus.OK, body))

    first, second = asyncio.run(talk(GET + GET.replace(b"/ ", b"/2 "), b"", serve=respond_later))
    assert (first[-1:], second[-1:]) == (b"1", b"2")
    assert paths == ["/", "/2"]


def test_response_to_a_client_that_has_gone_is_dropped() -> None:
    kept: list[Respond] = []

    async def run() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(talk(GET, serve=lambda _, respond: kept.append(respond)), 0.2)
        await asyncio.sleep(0.05)
        kept[0](Response(HTTPStatus.OK, b"late"))

    asyncio.run(run())
