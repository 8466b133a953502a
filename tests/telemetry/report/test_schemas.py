"""verdict.schema.json and compare.schema.json: that they are strict, and say what each key is.

That every verdict keeps to its schema is seen to in conftest.py, for each test that makes one.
"""

import copy
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it has no stubs in the lock

from adapter.placement import PLACEMENTS
from telemetry.report.__main__ import main
from telemetry.report.estimate.comparison import Estimand, Finding
from telemetry.report.estimate.deciding.decision import Obstacle
from telemetry.report.estimate.deciding.failures import Shares
from telemetry.report.estimate.deciding.population import Rule
from telemetry.report.estimate.percentiles import PERCENTS, Told
from telemetry.report.estimate.startup.advice import Advised
from telemetry.report.estimate.startup.ledger_check import Agreement
from telemetry.report.estimate.startup.time_split import Kind
from telemetry.report.estimate.two_runs import Finding as Change
from telemetry.report.show.verdict import verdict_of
from telemetry.schema import STARTS
from tests.telemetry.report.schemas import COMPARE, VERDICT, faults
from tests.telemetry.report.simulation import Run

KEPT = Path(__file__).parent / "kept"


def subschemas(node: Any) -> Iterator[Mapping[str, Any]]:
    """Yield every schema in a schema."""
    if isinstance(node, list):
        for one in node:
            yield from subschemas(one)
    elif isinstance(node, dict):
        yield node
        for key, value in node.items():
            if key in {"properties", "$defs"}:
                for one in value.values():
                    yield from subschemas(one)
            elif key not in {"const", "enum"}:
                yield from subschemas(value)


def written(tmp_path: Path, *arguments: str) -> dict[str, Any]:
    path = tmp_path / "written.json"
    assert main([*arguments, "--json", str(path)]) == 0
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def verdict(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return written(tmp_path_factory.mktemp("verdict"), str(KEPT / "lab.jsonl"))


def test_every_verdict_of_these_tests_is_held_against_it() -> None:
    assert hasattr(verdict_of, "__wrapped__")


@pytest.mark.parametrize("schema", [VERDICT, COMPARE], ids=["verdict", "compare"])
def test_schemas_are_valid_closed_and_described(schema: dict[str, Any]) -> None:
    Draft202012Validator.check_schema(schema)
    for one in subschemas(schema):
        for name, key in one.get("properties", {}).items():
            assert {"description", "$ref", "anyOf", "const"} & key.keys(), name
            if key.get("type") in ("number", ["number", "null"]):
                assert key["description"], name
        if "properties" in one and "comparator" not in one["properties"]:
            closed = one.get("additionalProperties") is False
            assert closed or one is schema["$defs"]["contrast"]


@pytest.mark.parametrize("name", ["lab", "lambda"])
def test_kept_records_keep_to_the_schema(name: str, tmp_path: Path) -> None:
    assert faults(written(tmp_path, str(KEPT / f"{name}.jsonl"))) == []


def test_what_two_runs_differ_by_keeps_to_its_schema(tmp_path: Path) -> None:
    names = (str(KEPT / "lab.jsonl"), str(KEPT / "lambda.jsonl"))
    other = written(tmp_path, "compare", *names)
    same = written(tmp_path, "compare", names[0], names[0])
    assert faults(other, COMPARE) == faults(same, COMPARE) == []
    assert {one["finding"] for one in other["changes"]} == {"cannot tell"}
    assert "no difference seen" in {one["finding"] for one in same["changes"]}
    same["changes"][0]["finding"] = "better"
    assert len(faults(same, COMPARE)) == 1


def leaves(node: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield where each value is; of a list its first element stands for all."""
    if isinstance(node, dict) and node:
        for key, value in node.items():
            yield from leaves(value, (*path, key))
    elif isinstance(node, list) and node:
        yield from leaves(node[0], (*path, 0))
    else:
        yield path


def changed(found: dict[str, Any], path: tuple[str | int, ...], value: object) -> dict[str, Any]:
    """Copy what is below the first key, with another value at a place."""
    key = str(path[0])
    part = {key: copy.deepcopy(found[key])}
    parent: Any = part
    for step in path[:-1]:
        parent = parent[step]
    parent[path[-1]] = value
    return {**found, **part}


def only(path: tuple[str | int, ...]) -> dict[str, Any]:
    """The schema of one key: others are not looked at again."""
    key = str(path[0])
    return {"$defs": VERDICT["$defs"], "properties": {key: VERDICT["properties"][key]}}


def test_any_value_of_a_wrong_type_is_refused(verdict: dict[str, Any]) -> None:
    paths = list(leaves(verdict))
    assert len(paths) > 250
    for path in paths:
        validator = Draft202012Validator(only(path))
        assert validator.is_valid(verdict)
        assert not validator.is_valid(changed(verdict, path, {"": [True]})), path


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("comparisons", 0, "finding"), "saves a lot"),
        (("comparisons", 0, "estimand"), "mean_ms"),
        (("comparisons", 0, "low"), "0"),
        (("comparisons", 0, "mean_ms"), {"init": 1.0, "eager": 2.0}),
        (("comparisons", 0, "more"), 1),
        (("decisions", 0, "decides"), None),
        (("decisions", 0, "obstacles"), ["bad luck"]),
        (("arms", 0, "requests"), -1),
        (("arms", 0, "requests"), 1.5),
        (("measured_on", "where"), "cloud"),
        (("v",), 2),
        (("winner",), "init"),
    ],
)
def test_an_unknown_finding_value_or_key_is_refused(
    verdict: dict[str, Any], path: tuple[str | int, ...], value: object
) -> None:
    assert faults(verdict) == []
    found = {**verdict, str(path[0]): value} if len(path) == 1 else changed(verdict, path, value)
    assert faults(found)


def properties(*path: str) -> dict[str, Any]:
    """The properties of a definition, or of a top-level key below `anyOf` or `items`."""
    node: Any = VERDICT["$defs"][path[1]] if path[0] == "$defs" else VERDICT["properties"][path[0]]
    node = next((one for one in node.get("anyOf", []) if "properties" in one), node.get("items", node))
    found: dict[str, Any] = node["properties"]
    return found


def test_words_are_those_of_the_code() -> None:
    """A word that the code learns has to be published."""
    defs = VERDICT["$defs"]
    decision = properties("$defs", "decision")
    for listed, words in (
        (defs["placement"]["enum"], PLACEMENTS),
        (defs["start"]["enum"], STARTS),
        (defs["estimand"]["enum"], get_args(Estimand)),
        (defs["advice"]["enum"], get_args(Advised)),
        (properties("$defs", "contrast")["finding"]["enum"], get_args(Finding)),
        (decision["obstacles"]["items"]["enum"], get_args(Obstacle)),
        (properties("$defs", "failure_difference")["shares"]["enum"], get_args(Shares)),
        (properties("$defs", "percentile")["told"]["enum"], get_args(Told)),
        (properties("$defs", "percentile_difference")["percent"]["enum"], PERCENTS),
        (properties("$defs", "part")["kind"]["enum"], get_args(Kind)),
        (properties("ledger")["agreement"]["enum"], get_args(Agreement)),
        (properties("population")["rule"]["enum"], get_args(Rule)),
        (COMPARE["properties"]["changes"]["items"]["properties"]["finding"]["enum"], get_args(Change)),
    ):
        assert listed == list(words)


def test_a_key_that_is_missing_is_refused(verdict: dict[str, Any]) -> None:
    for key in verdict:
        assert faults({name: value for name, value in verdict.items() if name != key})


def test_an_experiment_keeps_to_the_schema(tmp_path: Path) -> None:
    records = tmp_path / "records.jsonl"
    run = Run(arms={"init": 25, "first_invocation": 25}, lab=False)
    records.write_text("\n".join(run.lines()) + "\n", encoding="utf-8")
    found = written(tmp_path, str(records), "--experiment", "init=50,first_invocation=50")
    assert found["assignment"] is not None
    assert faults(found) == []
