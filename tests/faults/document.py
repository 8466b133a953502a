"""The fault table as it stands in the documentation: `python -m tests.faults.document` puts it there."""

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import adapter
from tests.faults.fault import Fault
from tests.faults.table import TABLE

DOCUMENT = Path(str(adapter.__file__)).resolve().parents[1] / "docs" / "adapter.md"
BEGIN, END = "<!-- fault table: begin -->", "<!-- fault table: end -->"
HEAD = ("What goes wrong", "Responses", "Startups", "Shutdowns", "Exit code", "In the log")


def table(faults: Sequence[Fault]) -> str:
    """All rows, in Markdown."""
    rows = [HEAD, ("---",) * len(HEAD), *map(cells, faults)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def cells(fault: Fault) -> tuple[str, ...]:
    """One row."""
    return (
        fault.description.replace("|", "\\|"),
        ", ".join(times(response, len([*same])) for response, same in groupby(fault.responses)) or "none",
        str(fault.startups),
        str(fault.shutdowns),
        str(fault.exit_code) if fault.exit_code >= 0 else f"signal {-fault.exit_code}",
        ", ".join(f"`{words}`" for words in fault.log),
    )


def times(response: str, count: int) -> str:
    """The response, and how often it came."""
    return response if count == 1 else f"{response}, {count} times"


def documented() -> str:
    """The table that stands in the documentation."""
    return DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0].strip()


if __name__ == "__main__":
    before, _, rest = DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    DOCUMENT.write_text(f"{before}{BEGIN}\n\n{table(TABLE)}\n\n{END}{after}", encoding="utf-8")
