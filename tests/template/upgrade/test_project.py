"""The team's project once the update is finished: its own checks, its handler, its records."""

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any, Final

import pytest

from tests.telemetry.export.otlp_endpoint import listening
from tests.template.project import make
from tests.template.upgrade.steps import follow, write_new_handler
from tests.template.upgrade.team import Project

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

LAB: Final = (
    *("--event", "events/create-ticket.json=4", "events/read-ticket.json=4", "events/escalation.json=4"),
    *("--table", "events/tickets-table.json", "--environments", "1", "--invocations", "6", "--no-warm-up"),
)


@pytest.fixture(scope="module")
def finished(updated: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project after the steps that the document tells."""
    project = updated.copy(tmp_path_factory.mktemp("finished"))
    follow(project)
    project.commit("Updated")
    return project


@pytest.mark.parametrize("command", ["lint", "test"])
def test_own_checks_pass(finished: Project, home: dict[str, str], command: str) -> None:
    make(finished.folder, home, command)


@pytest.mark.parametrize("form", ["old", "new"])
def test_handler_serves(form: str, finished: Project, tmp_path: Path) -> None:
    """A cold start, requests, a queue's messages, spans after the response, and SIGTERM, in both arms."""
    project = finished.copy(tmp_path)
    if form == "new":
        write_new_handler(project)
    else:
        assert project.git("diff", "HEAD~1", "--", "service/handler.py") == ""

    arms = ("--placement", "init", "every_invocation")
    with listening() as endpoint:
        where = f"OTEL_EXPORTER_OTLP_ENDPOINT={endpoint.url}"
        project.run(
            sys.executable, "-m", "telemetry.lab", *LAB, *arms, "--env", "TICKETS_TABLE=tickets", where
        )

    lines = [json.loads(line) for line in project.text("records.jsonl").splitlines()]
    assert startups(lines) == {"init": ["init"], "every_invocation": ["invocation"] * 6}
    assert {status for _, status in invocations(lines)} == {200, 201}
    assert Counter(arm for arm, _ in invocations(lines)) == {"init": 6, "every_invocation": 6}
    assert any("TicketsEscalated" in line for line in lines)
    assert {line["outcome"] for line in lines if line.get("record") == "shutdown"} == {"complete"}
    assert [line["faults"] for line in lines if line.get("record") == "end"] == [0, 0]
    assert Counter(name for sent in endpoint.received for name in sent.names)["lab"] == 12


SAID_ANEW = ("sentence", "headline", "meaning", "ledger_sentence", "notes", "not_estimated")
"""Keys of the verdict that say more, or less, of the same figures today."""


@pytest.fixture
def records(team: Project, tmp_path: Path) -> Path:
    """What the first version's lab wrote of the team's handler."""
    project = team.copy(tmp_path)
    arms = ("--placement", "init", "every_invocation", "--environments", "4")
    project.run(sys.executable, "-m", "telemetry.lab", *LAB, *arms, "--env", "TICKETS_TABLE=tickets")
    return project.folder / "records.jsonl"


def test_records_of_the_first_version_give_its_figures(
    records: Path, team: Project, finished: Project, tmp_path: Path
) -> None:
    before, now = (
        verdict(project, records, tmp_path / f"{number}.json")
        for number, project in enumerate((team, finished))
    )
    assert before["sentence"]
    assert [one for one in differences(before, now) if one[0].split(".")[1] not in SAID_ANEW] == []
    assert before.keys() <= now.keys()


def verdict(project: Project, records: Path, file: Path) -> dict[str, Any]:
    project.run(sys.executable, "-B", "-m", "telemetry.report", str(records), "--json", str(file))
    read: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return read


def differences(before: Any, now: Any, place: str = "") -> list[tuple[str, Any, Any]]:
    """Where the second one lacks something of the first one, or says something else."""
    if isinstance(before, dict) and isinstance(now, dict):
        inside = [(value, now.get(key), key) for key, value in before.items()]
    elif isinstance(before, list) and isinstance(now, list) and len(before) <= len(now):
        inside = [(*both, number) for number, both in enumerate(zip(before, now, strict=False))]
    else:
        return [] if before == now else [(place, before, now)]
    return [found for one, other, key in inside for found in differences(one, other, f"{place}.{key}")]


def startups(lines: list[dict[str, Any]]) -> dict[str, list[str]]:
    """The phases in which each arm started its lifespan."""
    found: dict[str, list[str]] = {}
    for line in lines:
        if line.get("record") == "startup":
            found.setdefault(line["placement"], []).append(line["phase"])
    return found


def invocations(lines: list[dict[str, Any]]) -> list[tuple[str, int]]:
    return [(line["placement"], line["status"]) for line in lines if line.get("record") == "invocation"]
