"""The commands that the documents tell to type."""

import re
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from tests.docs.documents import DOCS

ROOT: Final = Path(__file__).parents[2]
PROJECT: Final = DOCS.parent
PAGES: Final = (
    *sorted(DOCS.glob("*.md")),
    PROJECT / "README.md",
    *(ROOT / f"{name}.md" for name in ("README", "ARCHITECTURE", "CONTRIBUTING", "SECURITY")),
)
PROGRAMS: Final = ("aws", "cookiecutter", "cruft", "make", "sam")
NO_COMMAND: Final = {
    "make lazy": "an advice of the report",
    "make dashboard": "of 0.1, and named as gone",
}
_CODE: Final = re.compile(
    r"^```\w*\n((?:(?!```).*\n)*)```$|`([^`\n]+)`|^ {4,}(\S.*\n(?:(?<=\\\n).*\n)*)", re.MULTILINE
)
_PYTHON: Final = re.compile(r"(^|/)python3?$")
_OURS: Final = re.compile(r"(telemetry|artifact|bench)\b")
_ASSIGNMENT: Final = re.compile(r"^[A-Z_]+=\S*$")


class Typed(NamedTuple):
    """A command, as a shell would hand it over."""

    page: str
    program: str
    """Its name; of Python's modules that of the module."""
    words: tuple[str, ...]


def typed() -> list[Typed]:
    """Every command of a program that is ours, or that can be asked here what it accepts; each once."""
    found = {(command.program, command.words): command for page in PAGES for command in _of_page(page)}
    return list(found.values())


def of(*programs: str) -> list[Typed]:
    """Those of some programs."""
    return [command for command in typed() if command.program in programs]


def of_modules() -> list[Typed]:
    """Those of our modules."""
    return [command for command in typed() if command.program not in PROGRAMS]


def _of_page(page: Path) -> Iterator[Typed]:
    for fenced, span, indented in _CODE.findall(page.read_text(encoding="utf-8")):
        text = (fenced or span or indented).replace("\\\n", " ")
        for line in text.splitlines():
            if line.strip() not in NO_COMMAND:
                yield from _of_line(f"{page.parent.name}/{page.name}", line.strip())


def _of_line(page: str, line: str) -> Iterator[Typed]:
    command: list[str] = []
    for word in [*_tokens(line), ";"]:
        if word[0] not in "|&;>":
            command.append(word)
            continue
        while command and _ASSIGNMENT.match(command[0]):
            command.pop(0)
        yield from _of_words(page, command)
        command = []
        if word[0] == ">":
            return


def _of_words(page: str, words: Sequence[str]) -> Iterator[Typed]:
    match words:
        case [python, "-m", module, *rest] if _PYTHON.search(python) and _OURS.match(module):
            yield Typed(page, module, tuple(rest))
        case [program, first, *rest] if program in PROGRAMS:
            yield Typed(page, program, (first, *rest))


def _tokens(line: str) -> list[str]:
    """Split as a shell does, without a comment; nothing where quotes are not closed, which is no command."""
    reader = shlex.shlex(line, posix=True, punctuation_chars="|&;>")
    reader.whitespace_split, reader.commenters = True, ""
    try:
        words = list(reader)
    except ValueError:
        return []
    comment = next((place for place, word in enumerate(words) if word.startswith("#")), len(words))
    return [word for word in words[:comment] if word and word not in {"...", "…"}]
