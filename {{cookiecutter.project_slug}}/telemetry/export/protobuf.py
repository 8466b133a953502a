"""The wire format of Protocol Buffers, as far as OTLP uses it.

https://protobuf.dev/programming-guides/encoding/
"""

import struct
from collections.abc import Callable, Iterator
from typing import Final

_ULONG: Final[Callable[[int], bytes]] = struct.Struct("<Q").pack
_UINT: Final[Callable[[int], bytes]] = struct.Struct("<I").pack
_DOUBLE: Final[Callable[[float], bytes]] = struct.Struct("<d").pack

_64_BITS: Final = (1 << 64) - 1


class MalformedError(ValueError):
    """The bytes are not a message."""


def varint(number: int) -> bytes:
    """Encode a number in base 128; a negative one as its 64-bit complement."""
    if 0 <= number < 0x80:
        return bytes((number,))
    number &= _64_BITS
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)


def delimited(field: int, data: bytes) -> bytes:
    """Encode a field of bytes, of text, or of a message."""
    if field < 16 and len(data) < 0x80:
        return bytes((field << 3 | 2, len(data))) + data
    return varint(field << 3 | 2) + varint(len(data)) + data


def integer(field: int, number: int) -> bytes:
    """Encode a field of an integer without a fixed size, an enumeration or a truth value."""
    if field < 16 and 0 <= number < 0x80:
        return bytes((field << 3, number))
    return varint(field << 3) + varint(number)


def fixed64(field: int, number: int) -> bytes:
    """Encode a field of 8 bytes."""
    return varint(field << 3 | 1) + _ULONG(number & _64_BITS)


def fixed32(field: int, number: int) -> bytes:
    """Encode a field of 4 bytes."""
    return varint(field << 3 | 5) + _UINT(number)


def double(field: int, number: float) -> bytes:
    """Encode a field of a floating-point number."""
    return varint(field << 3 | 1) + _DOUBLE(number)


def fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Decode a message: number and value of each field.

    Raises:
        MalformedError: The bytes are not a message.
    """
    at = 0
    while at < len(message):
        tag, at = _read_varint(message, at)
        value: int | bytes
        match tag & 7:
            case 0:
                value, at = _read_varint(message, at)
            case 1:
                value, at = message[at : at + 8], at + 8
            case 2:
                length, at = _read_varint(message, at)
                value, at = message[at : at + length], at + length
            case 5:
                value, at = message[at : at + 4], at + 4
            case _:
                raise MalformedError
        if at > len(message):
            raise MalformedError
        yield tag >> 3, value


def _read_varint(message: bytes, at: int) -> tuple[int, int]:
    number = 0
    for shift in range(0, 70, 7):
        if at >= len(message):
            break
        number |= (message[at] & 0x7F) << shift
        at += 1
        if not message[at - 1] & 0x80:
            return number & _64_BITS, at
    raise MalformedError
