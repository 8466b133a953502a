"""JSON values out of a text that is too large to decode as a whole: documents, one behind the other."""

import codecs
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

LARGEST_VALUE: Final = 2**24
"""Characters of one value that is not a list of events."""
DONE: Final = 2**20
"""Characters that are read before they are given up."""
LISTS: Final = frozenset({"events", "logEvents", "results"})
"""Names under which documents hold as many values as there are."""


class DamagedError(Exception):
    """The text is not JSON from here on, or one value in it is larger than `LARGEST_VALUE`."""


class Value(NamedTuple):
    """One value, and what stands beside the list that it is in."""

    found: Any
    beside: Mapping[str, Any]
    """Members of the document before the list."""
    list_name: str | None = None


def values(blocks: Iterator[bytes]) -> Iterator[Value]:
    """Yield the members of the documents' lists one by one, and a document without such a list as a whole.

    Raises:
        DamagedError: What follows cannot be read.
    """
    text = _Text(blocks)
    while (character := text.next()) != "":
        if character == "[":
            yield from _members(text, {}, None)
        elif character == "{":
            yield from _document(text)
        else:
            raise DamagedError


def _document(text: "_Text") -> Iterator[Value]:
    """Yield the values of one object; text stands at its `{`."""
    members: dict[str, Any] = {}
    listed = False
    for _ in text.separated("{", "}"):
        name = text.value()
        if not isinstance(name, str):
            raise DamagedError
        text.take(":")
        if name in LISTS and text.next() == "[":
            listed = True
            yield from _members(text, dict(members), name)
        else:
            members[name] = text.value()
    if not listed:
        yield Value(members, {})


def _members(text: "_Text", beside: dict[str, Any], name: str | None) -> Iterator[Value]:
    for _ in text.separated("[", "]"):
        yield Value(text.value(), beside, name)


class _Text:
    """A window on the text that moves on as values are taken out of it."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._json = json.JSONDecoder()
        self._text = ""
        self._at = 0

    def next(self) -> str:
        """Return the next character that is no white space, or "" at the end."""
        while True:
            while self._at < len(self._text):
                if self._text[self._at] not in " \t\r\n":
                    return self._text[self._at]
                self._at += 1
            if not self._more(1):
                return ""

    def take(self, expected: str) -> None:
        """Go on behind a character."""
        if self.next() != expected:
            raise DamagedError
        self._at += 1

    def separated(self, opening: str, closing: str) -> Iterator[None]:
        """Go through an object or a list; what it holds is taken between two steps."""
        self.take(opening)
        if self.next() == closing:
            self._at += 1
            return
        while True:
            yield
            if self.next() == closing:
                self._at += 1
                return
            self.take(",")

    def value(self) -> Any:
        """Take one value, and read on for as long as it is not whole."""
        self.next()
        while True:
            try:
                found, end = self._json.raw_decode(self._text, self._at)
            except RecursionError as error:
                raise DamagedError from error
            except ValueError as error:  # cut off, most likely
                known = len(self._text) - self._at
                if known > LARGEST_VALUE or not self._more(max(known, 1)):
                    raise DamagedError from error
                continue
            if end == len(self._text) and self._more(1):  # a number may go on
                continue
            self._at = end
            return found

    def _more(self, wanted: int) -> bool:
        """Read on by as many characters; False at the end. Twice as many each time keeps it linear."""
        kept, got = [self._text[self._at :]], 0
        self._at = 0
        for block in self._blocks:
            kept.append(self._decoder.decode(block))
            got += len(kept[-1])
            if got >= wanted:
                break
        self._text = "".join(kept)
        return got > 0
