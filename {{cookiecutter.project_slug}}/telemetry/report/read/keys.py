"""Keys by which rows are joined and told apart: numbers in the place of request ids."""

from collections.abc import Sequence
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

SEPARATOR: Final = "\x1f"
MODULUS: Final = 2**61 - 1
LONGEST: Final = 64
"""Characters of names whose numbers are worked out together."""


def key_of(name: str) -> int:
    """Return the number that stands for a name: the same in every process.

    Two of a million random names meet with a chance of 2e-7. Unlike `hash(str)` it needs no common seed, so
    several processes can read parts of one log; and sums are added up in the same order in every run.
    """
    return int.from_bytes(name.encode(), "big") % MODULUS


def keys_of(names: Sequence[str]) -> NDArray[np.int64]:
    """Return the number of each name: those of request ids, all of one length, in a fifth of the time."""
    text, sizes = "".join(names), set(map(len, names))
    if len(sizes) != 1 or not text.isascii() or not 0 < (size := sizes.pop()) <= LONGEST:
        return np.fromiter(map(key_of, names), np.int64, len(names))
    digits = np.frombuffer(text.encode(), np.uint8).reshape(len(names), size).astype(np.float64)
    high, low = (np.einsum("ij,j->i", digits, weights).astype(np.int64) for weights in _weights(size))
    # `high` counts multiples of 2**31, and 2**61 leaves a rest of 1.
    keys: NDArray[np.int64] = ((high >> 30) + ((high & (2**30 - 1)) << 31) + low) % MODULUS
    return keys


@cache
def _weights(size: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return what each byte of a name counts, in multiples of 2**31 and the rest.

    The sums of `LONGEST` bytes are whole numbers below 2**53, so they are exact as floats.
    """
    weights = [pow(256, place, MODULUS) for place in reversed(range(size))]
    return (
        np.asarray([weight >> 31 for weight in weights], np.float64),
        np.asarray([weight & (2**31 - 1) for weight in weights], np.float64),
    )


def key_of_all(*names: str) -> int:
    """Return the number that stands for several names in a row."""
    return key_of(SEPARATOR.join(names))
