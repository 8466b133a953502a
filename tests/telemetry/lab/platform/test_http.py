import asyncio
import json
from http import HTTPStatus

import pytest

from telemetry.lab.platform.http import Connection, Reply, Request, Respond, parse


def test_body_by_length() -> None:
    whole = b"POST /a HTTP/1.1\r\nContent-Length: 3\r\nX-Y: z\r\n\r\nabc"
    for size in range(len(whole)):
        assert parse(bytearray(whole[:size])) is None
    assert parse(bytearray(whole + b"GET")) == (
        Request("POST", "/a", {"content-length": "3", "x-y": "z"}, b"abc"),
        len(whole),
    )


def test_body_in_chunks() -> None:
    head = b"POST /a HTTP/1.1\r\nTransfer-Encoding: Chunked\r\n\r\n"
    whole = head + b"3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\nT: 1\r\n\r\n"
    for size in range(len(whole)):
        assert parse(bytearray(whole[:size])) is None
    parsed = parse(bytearray(whole))
    assert parsed is not None
    assert (parsed[0].body, parsed[1]) == (b"abc0123456789", len(whole))


def test_no_body() -> None:
    parsed = parse(bytearray(b"GET /next HTTP/1.1\r\nHost: x\r\n\r\n"))
    assert parsed is not None
    assert parsed[0].body == b""


@pytest.mark.parametrize(
    "text",
    [
        b"\x16\x03\x01\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: many\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: -4\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
def test_no_http(text: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse(bytearray(text))


async def talk(*pieces: bytes) -> list[bytes]:
    """Send pieces one by one; return what came back after each."""

    def echo(request: Request, respond: Respond) -> None:
        respond(Reply(HTTPStatus.OK, json.dumps(len(request.body)).encode()))

    connections: set[Connection] = set()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(echo, connections), "127.0.0.1", 0)
    async with server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        answers = []
        for piece in pieces:
            writer.write(piece)
            answers.append(await asyncio.wait_for(reader.read(65536), 10))
        writer.close()
        await writer.wait_closed()
    return answers


def test_continues_when_asked() -> None:
    head = b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
    interim, final = asyncio.run(talk(head, b"ab"))
    assert interim == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert final.startswith(b"HTTP/1.1 200 OK\r\n")
    assert final.endswith(b"\r\n\r\n2")


def test_connection_is_reused() -> None:
    answers = asyncio.run(talk(b"GET / HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n"))
    assert [answer[:15] for answer in answers] == [b"HTTP/1.1 200 OK"] * 2


def test_junk_is_hung_up_on() -> None:
    assert asyncio.run(talk(b"junk\r\n\r\n")) == [b""]
