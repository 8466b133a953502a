"""Commands of lab and report can be typed as the documents have them."""

import re
import shlex
from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from telemetry.lab.run.arguments import parser as lab_parser
from telemetry.report.__main__ import main
from telemetry.report.arguments import doctor_parser, plan_parser, report_parser
from telemetry.report.aws.cache import Cache
from telemetry.report.aws.period import period
from telemetry.report.choose.arguments import choose_parser
from telemetry.report.read.origin import Message
from tests.docs.documents import DOCS, text
from tests.telemetry.report.simulation import Run

PROJECT: Final = DOCS.parent
PAGES: Final = (*sorted(DOCS.glob("*.md")), PROJECT / "README.md", Path(__file__).parents[2] / "README.md")
COMMAND: Final = re.compile(r"python -m telemetry[. ](choose|lab|report) ((?:[^`\n]*\\\n)*[^`\n]*)")
PARSERS: Final[Mapping[str, Callable[[], ArgumentParser]]] = {
    "choose": choose_parser,
    "lab": lab_parser,
    "report": report_parser,
    "plan": plan_parser,
    "doctor": doctor_parser,
}
BUILT: Final = ".aws-sam/build/Function"


def commands() -> list[tuple[str, list[str]]]:
    """Which of the tools, and its arguments."""
    found = []
    for page in PAGES:
        for tool, arguments in COMMAND.findall(page.read_text(encoding="utf-8")):
            words = shlex.split(arguments.replace("\\\n", " "))
            found.append((words.pop(0), words) if words[:1] in (["plan"], ["doctor"]) else (tool, words))
    return found


@pytest.mark.parametrize(("tool", "words"), commands(), ids=str)
def test_options_exist(tool: str, words: list[str]) -> None:
    PARSERS[tool]().parse_args(words)


@pytest.mark.parametrize("words", [words for tool, words in commands() if tool == "lab"], ids=str)
def test_lab_has_all_that_the_sample_needs(words: list[str]) -> None:
    given = lab_parser().parse_args(words)
    if given.app or given.app_dir:
        return  # somebody's own
    assert (PROJECT / given.table).is_file()
    assert {"--event", "--env"} <= set(words)
    assert all((PROJECT / word).is_file() for word in words if word.startswith("events/"))
    assert "TICKETS_TABLE=tickets" in words


def test_kept_hours_are_read_without_the_stack(tmp_path: Path) -> None:
    """As "Tear down" says it: what `--cache kept` leaves are files of records."""
    now = datetime.now(UTC)
    hour = next(period("3h", None, now).windows())
    lines = (Message(line.encode()) for line in Run(lab=False).lines())
    assert list(Cache(tmp_path / "kept", "arn:aws:logs:eu-west-1:1:log-group:tickets").keep(hour, lines))
    (pattern,) = re.findall(r"python -m telemetry\.report (kept/\S+)", text("operate"))
    kept = [str(path) for path in tmp_path.glob(pattern)]
    assert len(kept) == 1
    assert main(kept) == 0
