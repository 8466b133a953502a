"""Where a line came from, as far as the export that holds it says so."""

import hashlib
from datetime import UTC, datetime
from typing import NamedTuple


class Origin(NamedTuple):
    """What an export says of one line beside its text; a plain file of lines says nothing."""

    group: str | None = None
    """Name of the log group."""
    stream: str | None = None
    """Name of the log stream: one per execution environment."""
    at_ms: float | None = None
    """When the line was written, in Unix milliseconds."""

    @property
    def environment(self) -> str | None:
        """Id that the adapter gives to the environment which writes this stream.

        The same hash as in `adapter.process.identity`. An environment restored from a snapshot draws its id
        at random, so no stream leads to it.
        """
        return None if self.stream is None else environment_of(self.stream)


class Message(NamedTuple):
    """One line of a log, taken out of what an export put around it."""

    text: bytes
    origin: Origin = Origin()
    by_app: bool = False
    """The export says that the function wrote it, so it is no word of the platform's."""


def environment_of(stream: str) -> str:
    """Return the id of the environment that writes a log stream."""
    return hashlib.blake2s(stream.encode("utf-8", "replace"), digest_size=6).hexdigest()


def milliseconds(time: str) -> float | None:
    """Read a time of day in ISO 8601; without a zone it is UTC, as AWS's tools write it."""
    try:
        found = datetime.fromisoformat(time.replace(",", "."))
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp() * 1000
