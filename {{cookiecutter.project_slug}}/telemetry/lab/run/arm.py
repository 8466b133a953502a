"""Which arm an environment is in: the one it was told, or the one that its records say it was assigned."""

import json
from typing import Any

from telemetry.lab.platform.process import Write
from telemetry.lab.run.settings import Settings
from telemetry.schema import ENVIRONMENT_RECORD, INVOCATION, PLACEMENT, RECORD, STARTUP

_KINDS = (ENVIRONMENT_RECORD, STARTUP, INVOCATION)
"""Every environment that writes records writes one of these, and in an experiment the first of them first."""
_MARKS = tuple(f'"{RECORD}":"{kind}"'.encode() for kind in _KINDS)


class Arm:
    """Passes on what an environment writes; all else is right once the environment has ended."""

    def __init__(self, settings: Settings, told: str, write: Write) -> None:
        self.name = told
        self._settings = settings
        self._told = told
        self._write = write
        self._recorded: str | None = None

    def write(self, lines: bytes) -> None:
        """Take whole lines."""
        if self._recorded is None and any(mark in lines for mark in _MARKS):
            self._read(lines)
        self._write(lines)

    @property
    def instead(self) -> str | None:
        """The placement that the records tell of where that is not as told; None also without records."""
        if self._settings.experiment is None:
            as_told = self._recorded == self._told
        else:
            as_told = self.name in self._settings.declared
        return None if as_told else self._recorded

    def _read(self, lines: bytes) -> None:
        for record in map(_record, lines.splitlines()):
            if record is not None:
                self._recorded = str(record[PLACEMENT])
                if record[RECORD] == ENVIRONMENT_RECORD:
                    self.name = self._recorded
                return


def _record(line: bytes) -> dict[str, Any] | None:
    """Return what tells of a placement; a function may well write other lines that look like it."""
    if not any(mark in line for mark in _MARKS):
        return None
    try:
        record = json.loads(line)
    except ValueError:
        return None
    told = isinstance(record, dict) and record.get(RECORD) in _KINDS and PLACEMENT in record
    return record if told else None
