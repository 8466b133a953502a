import random
from typing import Any

import numpy as np
import pytest

from telemetry.lab.snapshot.generators import WORDS, goes_on, is_of_numpy, state_of


@pytest.mark.parametrize("draws", [0, 1, WORDS - 1, WORDS, 5 * WORDS + 3])
def test_generator_that_was_drawn_from_goes_on(draws: int) -> None:
    one = random.Random(7)  # noqa: S311 - the same in every run
    one.random()
    before = state_of(one)
    for _ in range(draws):
        one.getrandbits(32)
    after = state_of(one)
    assert before is not None
    assert after is not None
    assert goes_on(before, after)


def test_generator_that_was_seeded_again_does_not() -> None:
    one = random.Random(7)  # noqa: S311 - as above
    before = state_of(one)
    one.seed()
    after = state_of(one)
    assert before is not None
    assert after is not None
    assert not goes_on(before, after)


@pytest.mark.parametrize("algorithm", ["MT19937", "PCG64", "PCG64DXSM", "Philox", "SFC64"])
def test_generators_of_numpy(algorithm: str) -> None:
    kind: Any = getattr(np.random, algorithm)
    one = kind(7)
    before, other = state_of(one), state_of(kind(8))
    if algorithm != "SFC64":  # all of its state changes with each draw
        one.random_raw(10)
    after = state_of(one)
    assert before is not None
    assert after is not None
    assert other is not None
    assert goes_on(before, after)
    assert not goes_on(before, other)


@pytest.mark.parametrize("found", [random.SystemRandom(), random, np.random.SeedSequence(7), object(), 5])
def test_what_has_no_state_of_its_own(found: Any) -> None:
    assert state_of(found) is None


class Odd(type):
    """Whose instances, which are classes, hide the name of its module."""

    __module__ = property(lambda _: 7)


def test_class_with_a_metaclass_is_none() -> None:
    assert state_of(Odd("Made", (), {})) is None
    assert not is_of_numpy(Odd)
