import json
from pathlib import Path
from typing import Any

from telemetry.lab.snapshot.check import IN_A_COPY, Shared, SnapshotCheck, check_of


def found(tmp_path: Path, *kept: dict[str, Any], present: tuple[str, ...] = ()) -> SnapshotCheck:
    first, second = tmp_path / "1.json", tmp_path / "2.json"
    common = {"holder": "app", "digest": "", "more": 0}
    first.write_text(json.dumps({"kept": [{**common, **one} for one in kept], "renewed": {"UUID": 1}}))
    second.write_text(json.dumps({"present": present}))
    return check_of(first, second, requests=2, failed=0)


def test_what_every_process_has_is_no_finding(tmp_path: Path) -> None:
    drawn = {"kind": "UUID", "place": "app.one", "digest": "1"}
    constant = {"kind": "UUID", "place": "app.namespace", "digest": "2"}
    assert found(tmp_path, drawn, constant, present=("2",)).shared == (Shared("UUID", "app.one"),)


def test_generator_with_a_fixed_seed_is_one_without_snapstart_too(tmp_path: Path) -> None:
    drawn = {"kind": "random generator", "place": "app.one", "digest": "1"}
    fixed = {"kind": "random generator", "place": "app.two", "digest": "2"}
    kinds = [one.kind for one in found(tmp_path, drawn, fixed, present=("2",)).shared]
    assert kinds == ["random generator", "generator with a fixed seed"]
    assert set(kinds) <= IN_A_COPY.keys()


def test_what_is_told_of_the_restore_is_left_out(tmp_path: Path) -> None:
    ours = {"kind": "monotonic clock", "place": "handler._environment.loop._left_at", "holder": "adapter"}
    key = {"kind": "UUID", "place": "opentelemetry.trace.propagation._SPAN_KEY", "holder": "opentelemetry"}
    assert found(tmp_path, ours, key).shared == ()


def test_others_of_a_container_are_counted(tmp_path: Path) -> None:
    check = found(tmp_path, {"kind": "UUID", "place": "app.ids[4]", "more": 95})
    assert check.rows() == [("UUID", "app.ids[4] and 95 more", IN_A_COPY["UUID"])]
    assert check.fields()["shared"] == [{"kind": "UUID", "place": "app.ids[4]", "more": 95}]


def test_look_that_failed_is_said(tmp_path: Path) -> None:
    (tmp_path / "1.json").write_text(json.dumps({"error": "Traceback\n...\nKeyError: 'x'\n"}))
    check = check_of(tmp_path / "1.json", tmp_path / "2.json", requests=1, failed=1)
    assert check.error == "Traceback\n...\nKeyError: 'x'"
    assert check.fields()["error"] == check.error
