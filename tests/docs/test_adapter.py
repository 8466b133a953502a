import inspect
import re
from pathlib import Path
from typing import Any

import pytest
from mangum import Mangum

from adapter import LifespanAdapter
from tests.adapter.http.test_oracle import GATEWAYS
from tests.docs.documents import code, table, text

TESTS = Path(__file__).parents[1] / "adapter"
NAMED = re.compile(r"`((?:\w+/)?test_\w+)::(test_\w+)`")


@pytest.mark.parametrize("named", sorted(set(NAMED.findall(text("adapter")))), ids="::".join)
def test_named_tests_exist(named: tuple[str, str]) -> None:
    file, test = named
    assert f"\ndef {test}(" in (TESTS / f"{file}.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("head", ["Different from Mangum", "Behaviour, side by side"])
def test_every_row_has_its_test(head: str) -> None:
    rows = table("adapter", head)
    assert len(rows) > 5
    assert [row for row in rows if not NAMED.search(row[-1])] == []


def test_every_parameter_is_told() -> None:
    ours, theirs = (inspect.signature(kind).parameters for kind in (LifespanAdapter, Mangum))
    told: dict[str, str] = {}
    for names, default, _ in table("adapter", "Parameters beyond Mangum's"):
        told |= dict.fromkeys(re.findall(r"`(\w+)`", names), default.strip("`"))
    assert {name: eval(default) for name, default in told.items()} == {  # noqa: S307 - our own document
        name: parameter.default for name, parameter in ours.items() if name not in theirs
    }


def test_what_gateways_change_is_told() -> None:
    names = [gateway.name for gateway in GATEWAYS]
    told = {
        (what, name)
        for what, where in table("adapter", "What gateways make different")
        for name in (names if where == "all" else where.split("; "))
    }
    assert told == {(change.what, gateway.name) for gateway in GATEWAYS for change in gateway.differences}


def test_code_runs() -> None:
    service, test, snapshot, on_event, event_path, warm_up, _ = code(
        "adapter", "python"
    )  # the last is for `libraries/test_mcp`
    names: dict[str, Any] = {"__name__": "service"}
    exec(service, names)  # noqa: S102 - our own document
    exec(test, names)  # noqa: S102 - as above
    names["test_first_word"]()
    exec(snapshot, names)  # noqa: S102 - as above
    assert isinstance(names["handler"], LifespanAdapter)
    sqs = {"Records": [{"body": "three"}]}
    exec(on_event, names)  # noqa: S102 - as above
    with names["handler"] as handler:
        assert handler(sqs, None) is None
    exec(event_path, names)  # noqa: S102 - as above
    with names["handler"] as handler:
        assert handler(sqs, None) is None
        forged = {**names["event"], "rawPath": "/events;"}
        forged["requestContext"] = {"http": {"method": "POST", "path": "//events", "sourceIp": "192.0.2.1"}}
        assert handler(forged, None)["statusCode"] == 404
    exec(warm_up, names)  # noqa: S102 - as above
    with names["handler"] as handler:
        assert handler({"source": "warmer", "time": "2026-01-01T00:00:00Z"}, None) is None
