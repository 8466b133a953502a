"""Records and the platform's lines on the two sides of a log: behind an export's prefix, and bare.

Anybody who has an app print what he sends can add lines to either side, but not take away the genuine ones.
A genuine log holds records and the platform's lines together; what is forged is mostly of one kind.
"""

from collections.abc import Mapping
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import msgspec

from telemetry import schema
from telemetry.report.read.platform.json_lines import MARK, UNREADABLE, event_from_json
from telemetry.report.read.platform.text_lines import BEGINNINGS, event_from_text

RECORDS: Final = "records"
PLATFORM: Final = "platform"
Kind: TypeAlias = Literal["records", "platform"]
MARGIN: Final = 20
"""A record and a platform line together weigh as much as so many lines of one kind. A bare line weighs as
much as such a pair: apps that put a time before what a caller sent are common, and exports without the
platform's lines are rare.
"""
FEW: Final = 10
"""One of so many lines is no log of its own."""


class Tally(NamedTuple):
    """How many lines of each kind there are."""

    records: int = 0
    platform: int = 0

    def plus(self, kind: Kind) -> "Tally":
        """Count one more line."""
        return Tally(self.records + (kind == RECORDS), self.platform + (kind == PLATFORM))

    @property
    def weight(self) -> int:
        """What the lines weigh behind a prefix."""
        return MARGIN * min(self) + sum(self)

    def is_log_beside(self, others: "Tally") -> bool:
        """Whether these lines are of both kinds, and not few."""
        return FEW * min(self) > max(others)


def is_export(framed: Tally, bare: Tally) -> bool:
    """Whether a log with these lines behind a prefix, and these without one, is an export."""
    return framed.weight > MARGIN * max(bare)


def kind_of(text: bytes) -> Kind | None:
    """Tell a record and a line of the platform's from everything else."""
    if text.startswith(BEGINNINGS):
        return PLATFORM if event_from_text(text) else None
    found = object_in(text)
    if found is None:
        return None
    if is_ours(found):
        return RECORDS
    return PLATFORM if MARK in text and event_from_json(text) else None


def is_ours(found: Mapping[str, Any]) -> bool:
    """Whether an object says that it is a record."""
    return isinstance(found.get(schema.RECORD), str) and schema.SCHEMA in found


def object_in(line: bytes) -> Mapping[str, Any] | None:
    """Return the JSON object that a line is, if it is one."""
    if not line.lstrip().startswith(b"{"):
        return None
    try:
        found = msgspec.json.decode(line)
    except UNREADABLE:
        return None
    return found if isinstance(found, dict) else None
