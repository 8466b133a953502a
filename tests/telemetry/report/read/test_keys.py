import uuid

from hypothesis import given
from hypothesis import strategies as st

from telemetry.report.read.keys import LONGEST, key_of, keys_of


@given(st.lists(st.text(max_size=LONGEST + 2).filter(lambda name: name.isprintable()), max_size=5))
def test_names_have_the_same_numbers_together_as_alone(names: list[str]) -> None:
    assert keys_of(names).tolist() == list(map(key_of, names))


@given(st.integers(0, LONGEST + 1).flatmap(
    lambda size: st.lists(st.text(st.characters(max_codepoint=127), min_size=size, max_size=size), min_size=1)
))  # fmt: skip
def test_so_have_names_of_one_length(names: list[str]) -> None:
    assert keys_of(names).tolist() == list(map(key_of, names))


def test_longest_names_of_the_largest_bytes_are_exact() -> None:
    names = ["\x7f" * LONGEST] * 3
    assert keys_of(names).tolist() == list(map(key_of, names))


def test_ids_of_requests_are_told_apart() -> None:
    ids = [str(uuid.UUID(int=number * 2**64)) for number in range(10_000)]
    assert len(set(keys_of(ids).tolist())) == len(ids)
