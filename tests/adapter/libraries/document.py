"""The documentation's table of libraries: `python -m tests.adapter.libraries.document` puts it there."""

from collections.abc import Sequence
from pathlib import Path

import adapter
from tests.adapter.libraries.row import Row
from tests.adapter.libraries.table import TABLE

LOCK = Path(__file__).parents[3] / "requirements-libraries.txt"
DOCUMENT = Path(str(adapter.__file__)).resolve().parents[1] / "docs" / "adapter.md"
BEGIN, END = "<!-- libraries: begin -->", "<!-- libraries: end -->"
HEAD = ("Library", "Version", "Connected to", "When the server has closed the idle connection")
SERVERS = {"postgres": "PostgreSQL", "redis": "Redis", "http": "an HTTP server", "s3": "S3, by moto"}
OUTCOMES = {
    (200, 200): "no request fails",
    (500, 200): "one request fails",
    (500, 500): "all requests fail",
}


def table(rows: Sequence[Row]) -> str:
    """All rows, in Markdown."""
    lock = versions()
    cells = [HEAD, ("---",) * len(HEAD)]
    for row in rows:
        outcome = ": ".join(filter(None, (OUTCOMES[row.after_close], row.note)))
        cells.append((row.name, lock[row.package], SERVERS[row.server], outcome))
    return "\n".join(f"| {' | '.join(line)} |" for line in cells)


def versions() -> dict[str, str]:
    """What is locked."""
    pins = (line.split()[0] for line in LOCK.read_text(encoding="utf-8").splitlines() if "==" in line)
    return {name.split("[")[0]: version for name, _, version in (pin.partition("==") for pin in pins)}


def documented() -> str:
    """The table that stands in the documentation."""
    return DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0].strip()


if __name__ == "__main__":
    before, _, rest = DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    DOCUMENT.write_text(f"{before}{BEGIN}\n\n{table(TABLE)}\n\n{END}{after}", encoding="utf-8")
