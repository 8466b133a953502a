"""Every link of every document leads somewhere, and the index of a project's documents has them all."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.docs.documents import DOCS

ROOT: Final = Path(__file__).parents[2]
PROJECT: Final = DOCS.parent
LINK: Final = re.compile(r"\]\((?:<([^>\n]*)>|([^)\s]*))\)")
HEADING: Final = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
CODE: Final = re.compile(r"^```.*?^```$|`[^`\n]*`", re.MULTILINE | re.DOTALL)


def pages() -> list[Path]:
    """Every Markdown file that git knows or would take."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", "*.md"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    return [ROOT / name for name in sorted(listed.split("\0")) if name and (ROOT / name).is_file()]


def links(page: Path) -> Iterator[str]:
    """The targets of its links and pictures, those in code left out."""
    for bracketed, plain in LINK.findall(CODE.sub("", page.read_text(encoding="utf-8"))):
        yield bracketed or plain


def anchors(page: Path) -> set[str]:
    """What GitHub makes of its headings."""
    headings = HEADING.findall(page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for link in links(page):
        if link.startswith("https://"):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize(
    "page", [page for page in pages() if PROJECT in page.parents], ids=lambda page: page.name
)
def test_links_stay_in_the_project(page: Path) -> None:
    """Nothing beside the project's folder is there once it is generated."""
    for link in links(page):
        if not link.startswith(("https://", "#")):
            assert (page.parent / link).resolve().is_relative_to(PROJECT), link


def test_index_has_every_document() -> None:
    index = DOCS / "README.md"
    others = {path.name for path in DOCS.glob("*.md")} - {index.name}
    assert {link.partition("#")[0] for link in links(index)} == others


def test_index_answers_questions() -> None:
    rows = [line.split(" | ") for line in (DOCS / "README.md").read_text().splitlines() if " | [" in line]
    assert len(rows) > 20
    assert [question for question, *_ in rows if not question.endswith("?")] == []


ELSEWHERE: Final = {
    "aws.amazon.com",
    "cruft.github.io",
    "docs.astral.sh",
    "docs.aws.amazon.com",
    "github.blog",
    "github.com",
    "keepachangelog.com",
    "maxday.github.io",
    "pre-commit.com",
    "semver.org",
}
"""Whose pages the documents rely on. They are not fetched."""


def test_links_elsewhere_are_listed() -> None:
    found = {link.split("/")[2] for page in pages() for link in links(page) if link.startswith("https://")}
    assert found == ELSEWHERE


def test_every_link_is_of_a_kind_that_is_checked() -> None:
    for page in pages():
        assert [link for link in links(page) if re.match(r"[a-z]+:", link) and "https://" not in link] == []
