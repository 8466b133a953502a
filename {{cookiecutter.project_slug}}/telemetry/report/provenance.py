"""When, from which commit and by which command a report was made."""

import shlex
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from telemetry.report.read.lines import shown
from telemetry.report.show.made import Made

LONGEST_S: Final = 5.0
GIT: Final = ("git", "rev-parse", "--short=12", "HEAD")


def made_now(command: Sequence[str]) -> Made:
    """Say how the report is being made: the commit is that of the folder in which it runs."""
    return Made(datetime.now(UTC).isoformat(timespec="seconds"), _commit(), shown(shlex.join(command)))


def _commit() -> str | None:
    """Return None outside of a repository, and where there is no git."""
    try:
        found = subprocess.run(GIT, capture_output=True, text=True, timeout=LONGEST_S, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return found.stdout.strip() or None
