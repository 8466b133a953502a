"""Requests and replies at random: what HTTP allows, and what is likely to be mistaken."""

import string
from urllib.parse import quote

from hypothesis import strategies as st

from tests.adapter.http.oracle.exchange import Gateway, Lines, Reply, Request

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"]
PLAIN = string.ascii_letters + string.digits + "-_~!$'()*,:@"
ESCAPED = [
    "%20",
    "%25",
    "%2F",
    "%2f",
    "%3F",
    "%3B",
    "%2520",
    "%252F",
    "%0A",
    "%C3%A9",
    "%E6%BC%A2",
    "%2B",
    "%26",
    "%3D",
]
INVALID = ["%FF", "%C3", "%zz", "%"]
TYPES = [
    b"text/plain", b"text/html; charset=latin-1", b"application/json", b"Application/JSON", b"image/png",
    b"application/problem+json", b"image/svg+xml", b"application/octet-stream",
]  # fmt: skip
BODIES = [
    b"",
    b"ok",
    b'{"a": 1}',
    "é 漢".encode(),
    b"\xe9",
    b"\x89PNG\r\n\x00\xff",
    b"\x1f\x8b\x08",
    b"x" * 3000,
]
TEXT_BODIES = [body for body in BODIES if body != b"\xe9" and not body.startswith((b"\x89", b"\x1f"))]
NAMES = [
    "x-a",
    "X-A",
    "x-b",
    "Accept",
    "accept",
    "X-Forwarded-Host",
    "user-agent",
    "if-none-match",
    "authorization",
]
REPLY_NAMES = [b"x-a", b"X-A", b"vary", b"Cache-Control", b"link", b"etag", b"x-user"]
STATUSES = [200, 201, 202, 204, 301, 304, 400, 403, 404, 418, 422, 500, 503]

_value = st.one_of(
    st.sampled_from([b"", b"1", b"a, b", b'W/"1"', b"Bearer x=;y", "é".encode(), "漢 字".encode()]),
    st.text(string.ascii_letters + string.digits + '=;,"/', min_size=1, max_size=6).map(str.encode),
)
_latin_1 = st.sampled_from([b"Jos\xe9", b"\xa0x", b'filename="caf\xe9.txt"', b"\xff\xfe"])
_cookie = st.lists(st.sampled_from([b"a=1", b"b=2", b"session=x/y==", b"c=%20"]), max_size=3, unique=True)
_segment = st.lists(
    st.one_of(st.sampled_from(ESCAPED), st.sampled_from(PLAIN), st.sampled_from(";+&=.")), max_size=4
)
_query_part = st.lists(
    st.one_of(st.sampled_from(ESCAPED), st.sampled_from(PLAIN), st.just("+")), max_size=3
).map("".join)


@st.composite
def requests(draw: st.DrawFn, gateway: Gateway) -> Request:
    """A request that reaches this gateway as it stands."""
    scheme = draw(st.sampled_from(gateway.schemes))
    name, port = draw(st.sampled_from(["example.com", "a.b.example.org"])), {"http": 80, "https": 443}[scheme]
    if gateway.schemes != ("https",) and draw(st.booleans()):
        host, port = f"{name}:8443", 8443
    else:
        host = name
    method = draw(st.sampled_from(METHODS))
    has_body = method in {"POST", "PUT", "PATCH"}
    content_type = draw(st.sampled_from(TYPES))
    text = b"octet" not in content_type and b"png" not in content_type
    body = draw(st.sampled_from(TEXT_BODIES if text else BODIES)) if has_body else b""
    lines = [(b"host", host.encode())]
    lines += draw(st.lists(st.tuples(st.sampled_from(NAMES).map(str.encode), _value), max_size=4))
    if cookies := draw(_cookie):
        lines.append((b"Cookie", b"; ".join(cookies)))
    if has_body:
        lines += [(b"Content-Type", content_type), (b"Content-Length", str(len(body)).encode())]
    client = draw(st.sampled_from(["203.0.113.9", "2001:db8::7"]))
    return Request(
        method, draw(_paths(gateway)), draw(_queries()), lines, body, scheme, (name, port), (client, 4711)
    )


@st.composite
def _paths(draw: st.DrawFn, gateway: Gateway) -> str:
    segments = ["".join(segment) for segment in draw(st.lists(_segment, max_size=3))]
    # Clients take dots out before they send (RFC 3986, section 5.2.4).
    segments = [segment for segment in segments if segment not in {".", ".."}]
    if not gateway.only_utf8 and draw(st.integers(0, 9)) == 0:
        segments.append(draw(st.sampled_from(INVALID)))
    return "/" + "/".join(segments)


@st.composite
def _queries(draw: st.DrawFn) -> str:
    names = st.one_of(st.sampled_from(["q", "a[]", "a%5B%5D", quote("é")]), _query_part.filter(bool))
    return "&".join(
        name if value is None else f"{name}={value}"
        for name, value in draw(st.lists(st.tuples(names, st.one_of(st.none(), _query_part)), max_size=4))
    )


@st.composite
def replies(draw: st.DrawFn) -> Reply:
    """What an app may answer, in parts."""
    status = draw(st.sampled_from(STATUSES))
    lines: list[tuple[bytes, bytes]] = draw(
        st.lists(st.tuples(st.sampled_from(REPLY_NAMES), st.one_of(_value, _latin_1)), max_size=4)
    )
    lines += [(b"set-cookie", value) for value in draw(_cookie)]
    if draw(st.booleans()):
        lines.append((b"content-type", draw(st.sampled_from(TYPES))))
    if status in {204, 304}:
        return Reply(status, lines, [b""])
    parts = draw(st.lists(st.sampled_from(BODIES), min_size=1, max_size=2))
    if draw(st.booleans()):
        lines.append((b"content-length", str(sum(map(len, parts))).encode()))
    return Reply(status, _sorted(lines), parts)


def _sorted(lines: Lines) -> Lines:
    return sorted(lines, key=lambda line: line[0].lower())
