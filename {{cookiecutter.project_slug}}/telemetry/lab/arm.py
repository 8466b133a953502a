"""Which arm an environment is in: the one it was told, or the one that its records say it was assigned."""

import json

from telemetry.lab.process import Write
from telemetry.schema import ENVIRONMENT_RECORD, PLACEMENT, RECORD

_ASSIGNED = f'"{RECORD}":"{ENVIRONMENT_RECORD}"'.encode()


class Arm:
    """Passes on what an environment writes; its `name` is right once the environment has ended."""

    def __init__(self, name: str, write: Write) -> None:
        self.name = name
        self._write = write

    def write(self, lines: bytes) -> None:
        """Take whole lines."""
        if _ASSIGNED in lines:
            line = next(line for line in lines.splitlines() if _ASSIGNED in line)
            self.name = str(json.loads(line)[PLACEMENT])
        self._write(lines)
