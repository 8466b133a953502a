"""Random generators, and whether one has gone on from where it was instead of being seeded again.

It is loaded by path in the function's own process, and imports nothing but the standard library.
"""

import random
from typing import Any, Final, NamedTuple

WORDS: Final = 624
"""Of a Mersenne Twister; after so many draws it has made all of them anew."""
MOST_TURNS: Final = 64
"""So often it may have done so, and is still known for the same one."""


class State(NamedTuple):
    """What tells the numbers that a generator draws next."""

    algorithm: str
    stream: Any
    """Does not change by drawing; of a Mersenne Twister, its words, which change every 624 draws."""


def state_of(found: Any) -> State | None:
    """Return the state of a generator of `random` or NumPy; None for what has none."""
    if isinstance(found, random.Random):
        try:
            version, internal, _ = found.getstate()
        except (NotImplementedError, TypeError, ValueError):  # SystemRandom, or an algorithm of one's own
            return None
        return State("MT19937", tuple(internal[:WORDS])) if version == 3 else None
    if isinstance(found, type) or not is_of_numpy(found):
        return None
    state = getattr(found, "state", None)
    return _of_numpy(state) if isinstance(state, dict) and "bit_generator" in state else None


def is_of_numpy(found: Any) -> bool:
    """Whether an object is one of NumPy's random generators, or a part of one."""
    return str(type(found).__module__).startswith("numpy.random")  # some metaclass has no text there


def goes_on(before: State, after: State) -> bool:
    """Whether the later state can be reached from the earlier one by drawing alone."""
    if before.algorithm != after.algorithm:
        return False
    if before.algorithm != "MT19937" or before.stream == after.stream:
        return bool(before.stream == after.stream)
    one = random.Random(0)  # noqa: S311 - repeats what another one draws
    one.setstate((3, (*before.stream, WORDS), None))
    for _ in range(MOST_TURNS):
        for _ in range(WORDS):
            one.getrandbits(32)
        if one.getstate()[1][:WORDS] == after.stream:
            return True
    return False


def _of_numpy(state: dict[str, Any]) -> State:
    algorithm, inner = str(state.get("bit_generator")), state.get("state")
    if not isinstance(inner, dict):
        return State(algorithm, repr(state))
    if algorithm == "MT19937":
        return State(algorithm, tuple(int(word) for word in inner["key"]))
    for name in ("inc", "key"):  # PCG64; Philox
        if name in inner:
            return State(algorithm, repr(inner[name]))
    return State(algorithm, repr(inner))
