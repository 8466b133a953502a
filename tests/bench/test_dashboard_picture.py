import json
from pathlib import Path
from typing import Any

import pytest

from bench.dashboard_picture import main, widgets

BODY = """
Resources:
  Dashboard:
    Properties:
      DashboardBody: !Sub
        - |
          {"widgets": [
          {"title": "always ${Name}"},
          ${Door}
          ${Arms}
          ]}
        - Door: !If
            - HttpApiOn
            - !Sub |
              {"title": "api"}
            - !Sub |
              {"title": "url"}
          Arms: !If
            - ExperimentOn
            - !Sub |
              ,
              {"title": "arms"}
            - ""
"""


def lines(*placements: str) -> str:
    records: list[dict[str, Any]] = []
    for position, placement in enumerate(placements * 4):
        common = {"_aws": {"Timestamp": 1000 * position}, "placement": placement}
        records.append({**common, "record": "startup", "StartupDuration": 400.5, "StateSize": 10_000_000})
        records.append(
            {**common, "record": "invocation", "start": "warm", "InvocationDuration": 4.5, "ColdStart": 0}
        )
        records.append({"_aws": {"Timestamp": 1000 * position}, "service": "tickets", "TicketsCreated": [1]})
    return "\n".join(json.dumps(record) for record in records)


def drawn(folder: Path, *placements: str) -> str:
    (folder / "records.jsonl").write_text(lines(*placements), encoding="utf-8")
    assert main([str(folder / "records.jsonl"), str(folder / "dashboard.svg")]) == 0
    return (folder / "dashboard.svg").read_text(encoding="utf-8")


def test_says_what_it_is(tmp_path: Path) -> None:
    svg = drawn(tmp_path, "init")
    assert svg.startswith("<svg")
    assert "drawn by this project from a run of its local lab" in svg
    assert "Not a screenshot" in svg


def test_shows_what_there_is(tmp_path: Path) -> None:
    svg = drawn(tmp_path, "init")
    for title in ("Startup", "State", "Requests by start", "Invocation, p50", "Tickets created"):
        assert f">{title}<" in svg
    for title in ("By resource, p50", "Invocations", "At the door", "Invocation, mean"):
        assert f">{title}<" not in svg


def test_arms_of_an_experiment(tmp_path: Path) -> None:
    svg = drawn(tmp_path, "init", "first_invocation")
    assert ">Invocation, mean<" in svg
    assert ">first_invocation<" in svg


@pytest.mark.parametrize(
    ("experiment", "titles"),
    [(False, ["always ${Name}", "api"]), (True, ["always ${Name}", "api", "arms"])],
)
def test_widgets_are_the_stacks(experiment: bool, titles: list[str]) -> None:  # noqa: FBT001 - a parameter of the test
    assert [widget["title"] for widget in widgets(BODY, experiment=experiment)] == titles
