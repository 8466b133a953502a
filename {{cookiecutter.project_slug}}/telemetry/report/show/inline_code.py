"""Code within a sentence: what stands between backticks, as the pages write it."""

import re
from typing import Final

from markupsafe import Markup, escape

CODE: Final = re.compile(r"`([^`\n]+)`")
SHORT: Final = 40
"""Characters that fit into one line of a phone: such a command is not broken at its hyphens."""


def with_code(text: str) -> Markup:
    """Escape a sentence for the page, and put what is between backticks into elements of code."""
    return Markup(CODE.sub(_element, str(escape(text))))  # noqa: S704  # all of it is escaped


def _element(found: re.Match[str]) -> str:
    tag = '<code class="short">' if len(found[1]) <= SHORT else "<code>"
    return f"{tag}{found[1]}</code>"
