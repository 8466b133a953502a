"""One fault: what is done to a function, and everything that must come of it."""

import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from tests.faults.faulty_function import FaultyFunction

Step: TypeAlias = Callable[[FaultyFunction], None]
"""Something that the platform does; it returns at once when the process has ended."""

BY_SIGTERM: Final = -signal.SIGTERM
BY_SIGKILL: Final = -signal.SIGKILL


@dataclass(frozen=True, slots=True)
class Fault:
    """A row of the fault table."""

    name: str
    description: str
    """What goes wrong."""
    program: str
    """Source of the function."""
    steps: tuple[Step, ...]
    responses: tuple[str, ...]
    """In the words of `FaultyFunction.responses`."""
    startups: int
    """How often the app was asked to start."""
    shutdowns: int
    """How often it was asked to shut down."""
    exit_code: int
    """Negative: the signal that ended the process."""
    log: tuple[str, ...]
    """What stands in the log, each at least once."""
    absent: tuple[str, ...]
    """What must not stand in the log."""
    environ: Mapping[str, str]


def row(
    name: str,
    description: str,
    program: str,
    steps: tuple[Step, ...],
    responses: str,
    *log: str,
    startups: int = 1,
    shutdowns: int = 1,
    exit_code: int = 0,
    absent: tuple[str, ...] = (),
    environ: Mapping[str, str] | None = None,
) -> Fault:
    """A fault; what is not said is as usual: one startup, one shutdown, and exit code 0.

    `responses` are separated by commas; what follows them stands in the log.
    """
    return Fault(
        name,
        description,
        program,
        steps,
        tuple(responses.split(", ")) if responses else (),
        startups,
        shutdowns,
        exit_code,
        log,
        absent,
        environ or {},
    )
