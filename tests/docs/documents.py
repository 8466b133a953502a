"""The documents of a generated project, the code in them, and the evidence behind them."""

import re
from pathlib import Path

import adapter

DOCS = Path(str(adapter.__file__)).resolve().parents[1] / "docs"
EVIDENCE = Path(__file__).parents[2] / "bench" / "evidence"


def text(name: str) -> str:
    """A whole document."""
    return (DOCS / f"{name}.md").read_text(encoding="utf-8")


def code(name: str, language: str) -> list[str]:
    """Its blocks of code, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text(name), re.MULTILINE | re.DOTALL)


def table(name: str, head: str) -> list[list[str]]:
    """Cells of the table below the heading `head`, row by row, without its own head."""
    section = text(name).partition(f"\n## {head}\n")[2].partition("\n## ")[0]
    rows = [line.strip("|").split(" | ") for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


OF_A_RUN_ON_LAMBDA = {"where", "region", "architecture", "init_types"}
"""Fields of `lab` that a run on this machine does not have."""


def documented_fields(head: str) -> set[str]:
    """The fields that the page about records has in the table below the heading `head`."""
    names = [cells[0].replace("`", "").split(", ") for cells in table("records", head)]
    return {name for row in names for name in row}
