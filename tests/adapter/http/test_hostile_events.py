"""No value of any field of an event makes the translation raise: it is served, or it is no HTTP event."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapter import LifespanAdapter
from adapter.errors import UnknownEventError
from tests.adapter.events import TRIGGERS, of_every_trigger
from tests.adapter.http.seen import Seen

MISSING = object()
STRINGS = st.one_of(
    st.text(st.characters(), max_size=8),  # half surrogate pairs too
    st.sampled_from(
        [
            "\ud83d",
            "%",
            "%zz",
            "%ff",
            "\x00",
            "\r\n",
            ":",
            "[",
            "[::1",
            "443,443",
            "99999",
            "a:b:c",
            ", ,",
            "é",
            "²",
        ]
    ),
)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), STRINGS),
    lambda children: st.one_of(
        st.lists(children, max_size=2), st.dictionaries(STRINGS, children, max_size=2)
    ),
    max_leaves=4,
)


def whole(trigger: str) -> dict[str, Any]:
    """An event with every field that a translation reads."""
    headers = {
        "x-forwarded-for": "192.0.2.1",
        "x-forwarded-port": "443",
        "cookie": "a=1",
        "x-forwarded-proto": "http",
    }
    event = of_every_trigger(headers)[trigger]
    event |= {"body": "b2s=", "isBase64Encoded": True}
    if "Records" in event:
        event["Records"][0]["cf"]["request"]["body"] = {"data": "b2s=", "encoding": "base64"}
    else:
        event["requestContext"] |= {
            "stage": "prod",
            "domainName": event["requestContext"].get("domainName", "a.b"),
        }
        event["requestContext"].setdefault("path", "/prod/")
    return event


def places(node: Any) -> list[tuple[Any, Any]]:
    """Every container of a JSON document, with each of its keys."""
    keys: list[Any] = list(node) if isinstance(node, dict) else list(range(len(node)))
    found = [(node, key) for key in keys]
    for key in keys:
        if isinstance(node[key], dict | list):
            found += places(node[key])
    return found


@st.composite
def harmed(draw: st.DrawFn, trigger: str) -> Any:
    event = copy.deepcopy(whole(trigger))
    for _ in range(draw(st.integers(1, 4))):
        if not (open_places := places(event)):
            break
        container, key = draw(st.sampled_from(open_places))
        value = draw(st.one_of(st.just(MISSING), VALUES))
        if value is MISSING:
            del container[key]
        else:
            container[key] = value
    return event


def assert_served_or_no_http(event: Any) -> None:
    app = Seen()
    facts: list[Any] = []
    with LifespanAdapter(app, "off", "/api", root_path="stage", observe=facts.append) as handler:
        try:
            result = handler(event, None)
        except UnknownEventError:
            assert app.scope == {}
            return
    if event == {}:
        return
    json.dumps(result)
    scope = app.scope
    assert isinstance(scope["path"], str)
    assert scope["path"].encode()
    assert isinstance(scope["method"], str)
    assert {type(scope[name]) for name in ("raw_path", "query_string")} == {bytes}
    assert {type(part) for line in scope["headers"] for part in line} <= {bytes}
    assert scope["scheme"] in {"http", "https"}
    for address in (scope["client"], scope["server"]):
        assert address is None or (isinstance(address[0], str) and 0 <= address[1] < 65_536)
    assert type(app.body) is bytes


@pytest.mark.parametrize("trigger", TRIGGERS)
def test_whole_event_is_served(trigger: str) -> None:
    app = Seen()
    with LifespanAdapter(app, "off") as handler:
        handler(whole(trigger), None)
    assert app.body == b"ok"


@pytest.mark.parametrize("trigger", TRIGGERS)
@settings(max_examples=150)
@given(data=st.data())
def test_h2_no_field_makes_the_translation_raise(trigger: str, data: st.DataObject) -> None:
    assert_served_or_no_http(data.draw(harmed(trigger)))


@settings(max_examples=100)
@given(event=VALUES)
def test_h8_anything_at_all(event: Any) -> None:
    assert_served_or_no_http(event)


@pytest.mark.parametrize("trigger", TRIGGERS)
@pytest.mark.parametrize(
    "value",
    [None, pytest.param(MISSING, id="missing"), 7, True, "", "\ud83d", [], {}, [None], {"a": None}],
    ids=repr,
)
def test_h2_each_field_in_turn(trigger: str, value: Any) -> None:
    for index in range(len(places(whole(trigger)))):
        event = copy.deepcopy(whole(trigger))
        container, key = places(event)[index]
        if value is MISSING:
            del container[key]
        else:
            container[key] = value
        assert_served_or_no_http(event)
