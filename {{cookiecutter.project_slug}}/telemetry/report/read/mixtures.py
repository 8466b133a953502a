"""What must not be judged as one: different functions, and a lab run with records from Lambda."""

from collections.abc import Sequence
from dataclasses import dataclass

from telemetry.report.errors import UnusableError
from telemetry.report.read.ledger import Ledger
from telemetry.report.read.names import printable, told_apart


@dataclass(frozen=True, slots=True)
class Held:
    """What one source held."""

    name: str
    lab: bool
    """A lab said that it wrote it."""
    environments: bool
    """Records of environments that no source before it held."""


def functions_of(ledger: Ledger) -> list[str]:
    """List the functions that the records name."""
    return sorted({unit.function for unit in ledger.units if unit.function is not None})


def must_be_one_function(ledger: Ledger, where: str) -> None:
    """Refuse several functions, or none of the name that was chosen.

    Raises:
        UnusableError: One function has to be chosen among those that were read.
    """
    functions, chosen = functions_of(ledger), ledger.function
    if chosen is not None and chosen not in functions:
        known = f"of {', '.join(told_apart(functions))}" if functions else "that do not name their function"
        raise UnusableError(f"{where}: records {known}, none of function {printable(chosen)}.")
    if chosen is None and len(functions) > 1:
        raise UnusableError(
            f"{where}: records of {len(functions)} functions, {', '.join(told_apart(functions))}. Choose one "
            "with --function NAME."
        )


def must_be_one_place(ledger: Ledger, held: Sequence[Held]) -> None:
    """Refuse a lab run together with records that no lab wrote.

    A run may be in several files, only one of which holds the lab's own record: that one says how many
    environments the run had.

    Raises:
        UnusableError: Some files are of a lab and others are not.
    """
    labs = [one.name for one in held if one.lab]
    others = [one.name for one in held if one.environments and not one.lab]
    had = sum(sent.environments for lab in ledger.labs for sent in lab.sent.values())
    if labs and others and len(ledger.units) > had:
        raise UnusableError(
            f"{', '.join(labs)}: a lab run; {', '.join(others)}: records that no lab wrote. A machine "
            "and Lambda are not averaged: give the report the files of one of them."
        )
