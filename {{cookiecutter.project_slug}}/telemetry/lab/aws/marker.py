"""The marks of a run on the function while it measures, by which `--clean` finds what is left of it."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

TAG: Final = "lifespan-lab-run"
"""Of the function. Its value is a `Marker`. `make deploy` refuses while it is there."""
VARIABLE: Final = "LIFESPAN_LAB_BLOCK"
"""Of the function and of each version of a run: the marker, and the block's number. It makes each block a
version of its own, and says that the configuration is a run's and may be replaced by the original one."""
ALIAS: Final = "lifespan-lab"
"""Of the version that has provisioned concurrency."""
PATTERN: Final = re.compile(
    r"([0-9a-f]{8}) (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)(?: original=(\d+) (made|found))?(?: |$)"
)


@dataclass(frozen=True, slots=True)
class Marker:
    """Which run it is, and where the original configuration is kept."""

    run: str
    at: str
    """When it began, in UTC."""
    original: str | None = None
    """The version with the original configuration; None before there is one, when nothing was changed yet."""
    made: bool = False
    """Whether the run has published that version, and so deletes it."""

    @classmethod
    def now(cls, run: str) -> "Marker":
        """Begin a run."""
        return cls(run, datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))

    @classmethod
    def parse(cls, text: str) -> "Marker | None":
        """Read the value of the tag, or of the variable; None if a run has not written it."""
        found = PATTERN.match(text)
        return None if found is None else cls(found[1], found[2], found[3], made=found[4] == "made")

    def __str__(self) -> str:
        if self.original is None:
            return f"{self.run} {self.at}"
        return f"{self.run} {self.at} original={self.original} {'made' if self.made else 'found'}"

    @property
    def description(self) -> str:
        """Description of the versions and the alias of the run."""
        return f"{TAG} {self.run}"


def is_ours(description: str) -> bool:
    """Whether a version or an alias with this description is of a run."""
    return description.startswith(f"{TAG} ")
