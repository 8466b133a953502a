"""One fault: what is done to a function, and all that must come of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from tests.faults.watched import Watched

Step: TypeAlias = Callable[[Watched], None]
"""Something that the platform does; it returns at once when the process has ended."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A row of the fault table."""

    name: str
    done: str
    """What goes wrong, for people."""
    function: str
    """Source of the function."""
    steps: tuple[Step, ...]
    responses: tuple[str, ...]
    """As `Watched.responses` tells them."""
    startups: int
    """How often the app was asked to start."""
    shutdowns: int
    """How often it was told to stop."""
    exit_code: int
    """Negative: the signal that ended it."""
    log: tuple[str, ...] = ()
    """What stands in the log, each at least once."""
    absent: tuple[str, ...] = ()
    """What must not stand in the log."""
    environ: Mapping[str, str] = field(default_factory=dict)
