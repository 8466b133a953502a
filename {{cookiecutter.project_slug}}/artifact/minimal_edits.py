"""What stays of a project when its sample is taken out, and is changed."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

Change: TypeAlias = Callable[[str], str]
"""Makes a file's new text of the one that it has; raises `EditError`."""

_WIDGET: Final = re.compile(r'^ *\{"type": "(?:text|alarm|metric|log)"')
_ROW: Final = re.compile(r'"y": (\d+)')


class EditError(Exception):
    """A text does not have what is to be changed in it. The text says what."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of one file."""

    file: str
    """Its path in the project."""
    applied: Change


def replaced(old: str, new: str = "") -> Change:
    """Have each `old` replaced, of which there has to be one at least."""

    def change(text: str) -> str:
        if old not in text:
            raise EditError(f"not there: {old.strip().splitlines()[0].strip()}")
        return text.replace(old, new)

    return change


def without_line(line: str) -> Change:
    """Have a whole line deleted, given without its indentation."""
    return _substituted(rf"^ *{re.escape(line)}\n", "", line)


def without_block(head: str) -> Change:
    """Have a line deleted with the lines below it that are further in, in YAML or in Python.

    `head` is how the line begins, without its indentation. An empty line behind goes too, two at the margin.
    """

    def change(text: str) -> str:
        found = re.search(rf"^( *){re.escape(head)}.*\n", text, re.MULTILINE)
        if not found:
            raise EditError(f"not there: {head}")
        inside = re.compile(
            rf"(?:{found[1]}[ \t]+\S.*\n|\n+(?={found[1]}[ \t]+\S))*\n{{0,{2 - min(len(found[1]), 1)}}}"
        )
        rest = inside.match(text, found.end())
        return text[: found.start()] + text[rest.end() if rest else found.end() :]

    return change


def without_marked(text: str) -> str:
    """Delete what stands between the comments `sample` and `/sample` of a Markdown page, and them too."""
    left, count = re.subn(r" *<!-- sample -->\n.*?<!-- /sample -->\n\n?", "", text, flags=re.DOTALL)
    if not count:
        raise EditError("not there: <!-- sample -->")
    return left


def _substituted(pattern: str, new: str, what: str) -> Change:
    def change(text: str) -> str:
        left, count = re.subn(pattern, new, text, flags=re.MULTILINE)
        if not count:
            raise EditError(f"not there: {what}")
        return left

    return change


def without_row(heading: str) -> Change:
    """Have a row of the dashboard deleted, the one whose words have this heading; those below it move up."""

    def change(text: str) -> str:
        lines = text.splitlines(keepends=True)
        words = [line for line in lines if _WIDGET.match(line) and f'"markdown": "## {heading}\\n' in line]
        if len(words) != 1:
            raise EditError(f"no row of the dashboard has the heading {heading}")
        widget = json.loads(words[0].strip().removesuffix(","))
        return "".join(_moved_up(lines, widget["y"], widget["height"]))

    return change


def _moved_up(lines: Sequence[str], row: int, height: int) -> Iterator[str]:
    for line in lines:
        place = int(found[1]) if _WIDGET.match(line) and (found := _ROW.search(line)) else -1
        if place == row:
            continue
        yield _ROW.sub(f'"y": {place - height}', line, count=1) if place > row else line


_GRANTED: Final = """\
    assert granted(tickets) == [
        ("dynamodb:GetItem", {"Fn::GetAtt": ["TicketsTable", "Arn"]}),
        ("dynamodb:PutItem", {"Fn::GetAtt": ["TicketsTable", "Arn"]}),
    ]
"""

EDITS: Final = (
    Edit("README.md", without_marked),
    *(
        Edit("pyproject.toml", without_line(f'"{requirement}",'))
        for requirement in (
            "aws-lambda-powertools>=3.37",
            "openpyxl>=3.1",
            "py3langid>=0.4",
            "structlog>=26.1",
            "boto3-stubs[dynamodb]>=1.43",
            "types-openpyxl>=3.1",
        )
    ),
    Edit("pyproject.toml", replaced('"py3langid.*", ')),
    Edit("pyproject.toml", replaced(', "minimal/**"')),
    Edit(
        "Makefile", _substituted(r"^# Six of ten.*\nEVENTS \?= .*\n(?:# .*\n)*SEED \?= \d+\n", "", "EVENTS")
    ),
    Edit("Makefile", _substituted(r"^TABLE \?= .*\n", "TABLE ?=\n", "TABLE ?=")),
    Edit("Makefile", _substituted(r"^VARIABLES \?= .*\n", "VARIABLES ?=\n", "VARIABLES ?=")),
    Edit(
        "Makefile",
        _substituted(r"^PORT \?= .*\n", r"\g<0>EVENTS ?= events/get-root.json\nSEED ?= 1\n", "PORT"),
    ),
    Edit("Makefile", replaced(" (DynamoDB is moto, in process)")),
    Edit("Makefile", replaced(", on a local DynamoDB")),
    Edit("Makefile", without_block("minimal: ")),
    Edit("Makefile", replaced(" minimal", "")),
    Edit("template.yaml", without_line("TICKETS_TABLE: !Ref TicketsTable")),
    Edit("template.yaml", without_block("- PolicyName: keep-tickets")),
    Edit("template.yaml", without_block("TicketsTable:")),
    Edit("template.yaml", replaced("Default: tickets\n", "Default: service\n")),
    Edit("template.yaml", replaced('titled "Tickets created"', 'titled "Invocations"')),
    Edit("template.yaml", without_row("Service")),
    Edit("tests/deployment.py", replaced("    table: str\n")),
    Edit("tests/deployment.py", replaced('ids["TicketsTable"], ')),
    Edit("tests/deployment.py", replaced('"tickets"', '"service"')),
    Edit("tests/events.py", replaced("tickets", "service")),
    Edit("tests/test_combinations.py", without_line('"TICKETS_TABLE",')),
    Edit("tests/test_imports.py", replaced(', "openpyxl", "py3langid"')),
    Edit("tests/test_stack.py", replaced("from tests import tickets_table\n")),
    Edit("tests/test_stack.py", without_block("def test_local_table_is_same(")),
    Edit("tests/test_stack.py", without_block("def test_table_is_protected(")),
    Edit("tests/test_stack.py", replaced("logs, tickets, spans, headers = ", "logs, spans, headers = ")),
    Edit("tests/test_stack.py", replaced(_GRANTED)),
    Edit("tests/test_stack.py", replaced('["write-logs", "keep-tickets"]', '["write-logs"]')),
)
