"""What more than one gateway does."""

import base64
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode

from tests.adapter.http.oracle.exchange import (
    ByName,
    Difference,
    Lines,
    Received,
    Reply,
    Request,
    Seen,
    by_name,
)

API_GATEWAY = "https://docs.aws.amazon.com/apigateway/latest/developerguide"
BALANCER = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application"
RECORDED = "https://github.com/hotsock/voker/tree/main/vokerhttp/testdata"
TRACE_ID = b"Root=1-6af2cf00-4f0c7a1e2b3d4c5e6f708192"


def forwarding(request: Request) -> Lines:
    """The lines by which most gateways tell where a request came from."""
    return [
        (b"x-amzn-trace-id", TRACE_ID),
        (b"x-forwarded-for", request.client[0].encode()),
        (b"x-forwarded-port", str(request.server[1]).encode()),
        (b"x-forwarded-proto", request.scheme.encode()),
    ]


def texts(values: ByName) -> dict[str, list[str]]:
    """Header values as JSON has them."""
    return {name.decode(): [value.decode() for value in each] for name, each in values.items()}


def body_fields(request: Request, empty: str | None) -> dict[str, Any]:
    """`body` and `isBase64Encoded`: text as it is, all else in base64."""
    if not request.body:
        return {"body": empty, "isBase64Encoded": False}
    try:
        return {"body": request.body.decode(), "isBase64Encoded": False}
    except UnicodeDecodeError:
        return {"body": base64.b64encode(request.body).decode(), "isBase64Encoded": True}


def decoded_parameters(query: str) -> dict[str, list[str]]:
    """As API Gateway has them: decoded, grouped by name."""
    grouped: dict[str, list[str]] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        grouped.setdefault(name, []).append(value)
    return grouped


def written_parameters(query: str) -> dict[str, list[str]]:
    """As load balancers have them: as they were written, grouped by name."""
    grouped: dict[str, list[str]] = {}
    for part in query.split("&") if query else []:
        name, _, value = part.partition("=")
        grouped.setdefault(name, []).append(value)
    return grouped


def decoded(path: str) -> str:
    """As an HTTP API has a path: decoded, and cut at what was an encoded question mark."""
    return unquote(path).partition("?")[0]


def body_of(result: Any) -> bytes:
    """The body of a result."""
    body: str = result["body"]
    return base64.b64decode(body) if result["isBase64Encoded"] else body.encode()


def lines_of(headers: dict[str, str] | None) -> list[tuple[bytes, bytes]]:
    """Header lines of one string a name."""
    return [(name.encode(), value.encode()) for name, value in (headers or {}).items()]


def lines_of_lists(headers: dict[str, list[str]] | None) -> list[tuple[bytes, bytes]]:
    """Header lines of a list of strings a name."""
    return [(name.encode(), value.encode()) for name, values in (headers or {}).items() for value in values]


def reply_2(result: Any) -> Reply:
    """A response of a result in format 2.0."""
    cookies = [(b"set-cookie", cookie.encode()) for cookie in result.get("cookies", [])]
    return Reply(result["statusCode"], lines_of(result.get("headers")) + cookies, [body_of(result)])


def changed(seen: Seen, **parts: Any) -> Seen:
    """The same with other parts of the scope."""
    return replace(seen, scope={**seen.scope, **parts})


def added(lines: Any, source: str) -> Difference:
    """The gateway puts lines of its own into the header."""

    def seen(request: Request, seen: Seen) -> Seen:
        return replace(seen, headers=seen.headers | by_name(lines(request)))

    return Difference("Headers that say where a request came from are added.", source, seen=seen)


def no_client_port(source: str) -> Difference:
    """The event has the client's address only."""
    return Difference(
        "The client's port is not in the event: it is 0.",
        source,
        seen=lambda _request, seen: changed(seen, client=(seen.scope["client"][0], 0)),
    )


def joined_request_lines(source: str, but: Sequence[bytes] = ()) -> Difference:
    """One value a name."""

    def seen(_request: Request, seen: Seen) -> Seen:
        return replace(
            seen, headers={name: _joined(name, values, but) for name, values in seen.headers.items()}
        )

    return Difference("Several lines of a request header are joined by commas.", source, seen=seen)


def joined_response_lines(source: str) -> Difference:
    """One value a name, but for cookies."""

    def received(received: Received) -> Received:
        headers = {name: _joined(name, values, [b"set-cookie"]) for name, values in received.headers.items()}
        return replace(received, headers=headers)

    return Difference("Several lines of a response header are joined by commas.", source, received=received)


def _joined(name: bytes, values: list[bytes], but: Iterable[bytes]) -> list[bytes]:
    return values if name in but else [b",".join(values)]


def _in_utf8(value: bytes) -> bytes:
    try:
        return value.decode().encode()
    except UnicodeDecodeError:
        return value.decode("latin-1").encode()


UTF8_HEADERS = Difference(
    "JSON holds text, so a response header of other bytes than UTF-8, such as Latin-1, becomes UTF-8.",
    "https://github.com/aws/aws-lambda-rust-runtime/pull/800",
    received=lambda received: replace(
        received,
        headers={name: [_in_utf8(value) for value in values] for name, values in received.headers.items()},
    ),
)


def decoded_path(source: str) -> Difference:
    """As an HTTP API does."""

    def seen(request: Request, seen: Seen) -> Seen:
        path = decoded(request.path)
        return changed(seen, path=path, raw_path=quote(path, safe="/:@!$&'()*+,;=-._~").encode())

    return Difference(
        "The path comes decoded, and ends before an encoded question mark; what the client wrote is lost.",
        source,
        seen=seen,
    )


def decoded_query(source: str) -> Difference:
    """As API Gateway does in format 1.0."""
    return Difference(
        "Parameters come decoded and by name: their order and how they were encoded are lost.",
        source,
        seen=lambda request, seen: changed(
            seen, query_string=urlencode(decoded_parameters(request.query), doseq=True).encode()
        ),
    )


def grouped_query(source: str) -> Difference:
    """As load balancers do."""

    def seen(request: Request, seen: Seen) -> Seen:
        parts = [
            f"{name}={value}"
            for name, values in written_parameters(request.query).items()
            for value in values
        ]
        return changed(seen, query_string="&".join(parts).encode())

    return Difference("Parameters come by name, and always with a `=`.", source, seen=seen)
