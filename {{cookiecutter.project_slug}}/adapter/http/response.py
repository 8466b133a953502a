"""What all triggers share on the way out: the header and the body of a response, as JSON can hold them."""

import base64
import operator
from collections.abc import Sequence
from itertools import product
from typing import Any, Final, TypeAlias

from mangum.exceptions import UnexpectedMessage
from mangum.types import Response

ResponseLines: TypeAlias = list[tuple[str, str]]
"""Lower-case name and value of each header line of a response."""

LOWEST_STATUS: Final = 100
HIGHEST_STATUS: Final = 999
"""Of a response: RFC 9110 has three digits, and some servers use those above 599."""

TEXT_SUFFIXES: Final = ("+json", "+xml")
"""Structured syntaxes that are text, whatever they describe (RFC 6839)."""


def plain_status(status: Any) -> int:
    """A plain `int` for any kind of integer, such as a member of an `Enum`, and for its digits as a text.

    Raises:
        UnexpectedMessage: It is no status that a response of HTTP can have.
    """
    try:
        number = int(status) if isinstance(status, str) else int.__int__(operator.index(_integer(status)))
    except (TypeError, ValueError):
        number = 0
    if not LOWEST_STATUS <= number <= HIGHEST_STATUS:
        raise UnexpectedMessage("The status of a response must be a number from 100 to 999.")
    return number


def _integer(status: Any) -> Any:
    return int(status) if isinstance(status, float) and status.is_integer() else status


def response_lines(response: Response) -> ResponseLines:
    """Header lines.

    Their bytes become text by UTF-8, by which gateways make bytes of it again. What is no UTF-8 is Latin-1,
    which HTTP once had, and frameworks write.
    """
    try:
        return [(name.decode().lower(), value.decode()) for name, value in response["headers"]]
    except (AttributeError, UnicodeDecodeError):
        return [(_text(name).lower(), _text(value)) for name, value in response["headers"]]


def encoded_body(response: Response, content_type: str | None, text_types: Sequence[str]) -> tuple[str, bool]:
    """The body as text, or in base64, and whether it is the latter; a type of None stands for text."""
    body = response["body"]
    if not body:
        return "", False
    if content_type is None or _is_text(content_type, text_types):
        try:
            return body.decode(), False
        except UnicodeDecodeError:
            pass
    return base64.b64encode(body).decode("ascii"), True


def joined_by_name(lines: ResponseLines) -> tuple[dict[str, str], list[str]]:
    """One value a name, that of several lines joined by commas; and the cookies, which must not be joined."""
    joined: dict[str, str] = {}
    cookies = []
    for name, value in lines:
        if name == "set-cookie":
            cookies.append(value)
        else:
            joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined, cookies


def lists_by_name(lines: ResponseLines) -> dict[str, list[str]]:
    """All values of each name."""
    lists: dict[str, list[str]] = {}
    for name, value in lines:
        lists.setdefault(name, []).append(value)
    return lists


def leave_out(by_name: dict[str, Any], excluded: Sequence[str]) -> None:
    """Take the excluded headers away; the type of a body counts even where it is one of them."""
    for name in excluded:
        by_name.pop(name, None)


def in_different_cases(name: str, values: list[str]) -> dict[str, str]:
    """Several lines of one name where a JSON object takes one string a name: each has another casing of it.

    The order of the casings is Mangum's: the first letter changes first.
    """
    casings = product(*(dict.fromkeys((letter, letter.upper())) for letter in reversed(name)))
    return {
        "".join(reversed(casing)): value
        for value, casing in zip(values, casings, strict=False)  # there may be more of either
    }


def _is_text(content_type: str, text_types: Sequence[str]) -> bool:
    for text_type in text_types:
        if text_type in content_type:
            return True
    content_type = content_type.lower()
    if content_type.partition(";")[0].rstrip().endswith(TEXT_SUFFIXES):
        return True
    return any(text_type.lower() in content_type for text_type in text_types)


def _text(value: Any) -> str:
    if not isinstance(value, bytes | bytearray | memoryview):
        return str(value)
    try:
        return bytes(value).decode()
    except UnicodeDecodeError:
        return bytes(value).decode("latin-1")
