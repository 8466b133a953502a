import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry.report.read.shapes import json_values
from telemetry.report.read.shapes.json_values import DamagedError, values

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


def found(text: str, size: int = 3) -> list[Any]:
    data = text.encode()
    return [value.found for value in values(iter([data[at : at + size] for at in range(0, len(data), size)]))]


@given(st.lists(st.dictionaries(st.text(max_size=4), JSON, max_size=3), max_size=4), st.integers(1, 9))
def test_documents_are_read_whatever_the_blocks(documents: list[dict[str, Any]], size: int) -> None:
    documents = [{f"_{name}": value for name, value in document.items()} for document in documents]
    for between, indent in (("", None), ("\n", 2), (" \r\n\t", 0)):
        text = between.join(json.dumps(document, indent=indent) for document in documents)
        assert found(text, size) == documents


@given(st.lists(JSON, max_size=5), st.integers(1, 9))
def test_members_of_a_list_are_read_one_by_one(members: list[Any], size: int) -> None:
    assert found(json.dumps(members), size) == members
    assert found(json.dumps({"a": 1, "events": members, "b": [2]}), size) == members


def test_value_knows_what_stands_beside_it() -> None:
    (value,) = values(iter([b'{"logStream":"s","logEvents":[1],"logGroup":"g"}']))
    assert (value.found, value.beside, value.list_name) == (1, {"logStream": "s"}, "logEvents")


@pytest.mark.parametrize(
    "text",
    [
        "[1 2]",
        "[1,",
        '{"a"',
        '{"a" 1}',
        "{1:2}",
        '{"events":[1}',
        "[1]]",
        "1",
        "]",
        "[" * 9000,
        "[" + "9" * 9000,
    ],
)
def test_t17_damage_is_an_error_after_what_is_whole(text: str) -> None:
    reading = values(iter([b'[{"whole":1}]', text.encode()]))
    assert next(reading).found == {"whole": 1}
    with pytest.raises(DamagedError):
        list(reading)


def test_value_beyond_the_limit_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_values, "LARGEST_VALUE", 1000)
    asked = 0

    def endless() -> Any:
        nonlocal asked
        yield b'["'
        while True:
            asked += 1
            yield b"x" * 100

    with pytest.raises(DamagedError):
        list(values(endless()))
    assert asked < 100
