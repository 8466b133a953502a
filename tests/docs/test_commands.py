"""What the commands of lab and report in the documents need is there."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from telemetry.lab.run.arguments import parser as lab_parser
from telemetry.report.__main__ import main
from telemetry.report.aws.cache import Cache
from telemetry.report.aws.period import period
from telemetry.report.read.origin import Message
from tests.docs.commands import PROJECT, Typed, of
from tests.docs.documents import text
from tests.telemetry.report.simulation import Run


@pytest.mark.parametrize("command", of("telemetry.lab"), ids=lambda command: " ".join(command.words))
def test_lab_has_all_that_the_sample_needs(command: Typed) -> None:
    words = command.words
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
