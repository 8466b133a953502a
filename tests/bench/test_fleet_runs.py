"""A simulation that was stopped goes on where it was, and gives the same counts."""

from pathlib import Path

from bench.fleet_runs import Counts, Part, parts_of, run


def measure(part: Part) -> Counts:
    return {"experiments": part[2]}


def never(part: Part) -> Counts:
    raise AssertionError(part)


def test_parts_add_up_and_all_cells_advance_together() -> None:
    parts = parts_of([3, 5], 120, 50)
    assert parts == [(3, 0, 50), (5, 0, 50), (3, 1, 50), (5, 1, 50), (3, 2, 20), (5, 2, 20)]


def test_what_is_kept_is_not_measured_again(tmp_path: Path) -> None:
    kept, parts = tmp_path / "kept.jsonl", parts_of([0, 1], 60, 50)
    first = dict(run(parts[:2], measure, 1, kept))
    with kept.open("a", encoding="utf-8") as file:
        file.write('{"part": [0, 1')  # stopped here
    assert dict(run(parts[:2], never, 1, kept)) == first
    assert dict(run(parts, measure, 1, kept)) == {part: measure(part) for part in parts}
    assert dict(run(parts, never, 1, kept)) == {part: measure(part) for part in parts}
