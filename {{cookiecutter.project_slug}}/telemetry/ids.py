"""Trace and span ids that X-Ray takes too."""

import os
import time
from typing import Final

LOW_BITS: Final = (1 << 64) - 1
"""Of a trace id: they decide by ratio, as in the SDK's sampler. All of a span id."""


def new_trace_id() -> int:
    """32 bits of Unix seconds, as X-Ray wants it, then 96 random ones.

    From the system's source: `random` is part of a SnapStart snapshot, so its clones would draw the same ids.
    """
    return (int(time.time()) & 0xFFFFFFFF) << 96 | int.from_bytes(os.urandom(12), "big")


def parse_id(digits: str) -> int:
    """The number that lower-case hex digits spell; raises `ValueError` for anything else."""
    # `int` alone takes signs, underscores, blanks, and the digits of any script.
    if not (digits.isascii() and digits.isalnum()) or digits != digits.lower():
        raise ValueError("no id")
    return int(digits, 16)


def new_span_id() -> int:
    """64 random bits, not all of them 0."""
    return int.from_bytes(os.urandom(8), "big") or 1
