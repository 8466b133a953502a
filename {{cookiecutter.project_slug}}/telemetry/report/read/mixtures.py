"""What must not be judged as one: different functions, and a lab run with records from Lambda."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from telemetry import schema
from telemetry.report.errors import UnusableError
from telemetry.report.read.environments import snapshot_units
from telemetry.report.read.ledger import Ledger
from telemetry.report.read.names import printable, told_apart
from telemetry.report.read.records import OWN_NAME, Place, Sent, place_of

NOT_AVERAGED: Final = "A machine and Lambda are not averaged: give the report the records of one of them"
PLACES: Final[Mapping[Place, str]] = {
    "lab": "on this machine",
    "lambda": "on Lambda",
    "loopback": "at an address that is not Lambda's",
}


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
    """Refuse a lab run together with records that no lab wrote; forget a run whose records are not judged.

    Records name their function, and a lab's record the one that it ran. Where they do not, the lab's record
    says how many environments the run had. A run may be in several files, only one of which holds that.

    Raises:
        UnusableError: Some records are of a lab and others are not.
    """
    if not ledger.labs:
        return
    judged = [unit for unit, mine in zip(ledger.units, ledger.judged(), strict=True) if mine]
    strangers = _strangers(ledger, {unit.function for unit in judged})
    if not ledger.labs:
        return
    where = ", ".join(one.name for one in held)
    _must_be_one_kind(ledger, where)
    if strangers:
        raise UnusableError(
            f"{where}: records of a lab run, and records of function {', '.join(told_apart(strangers))}, "
            f"which no lab wrote. {NOT_AVERAGED}, or choose one with --function NAME."
        )
    labs = [one.name for one in held if one.lab]
    others = [one.name for one in held if one.environments and not one.lab]
    if place_of(ledger.labs) != "lab" and not all(lab.sent for lab in ledger.labs):
        return  # then nothing says how many environments Lambda started
    had = sum(_environments(sent) for lab in ledger.labs for sent in lab.sent.values())
    snapshots = set(snapshot_units(ledger))
    environments = {unit.environment for unit in judged if unit.number not in snapshots}
    if len(environments) <= had:
        return
    if others:
        raise UnusableError(
            f"{', '.join(labs)}: a lab run; {', '.join(others)}: records that no lab wrote. {NOT_AVERAGED}."
        )
    if all(lab.complete for lab in ledger.labs):
        raise UnusableError(
            f"{where}: records of {len(environments)} environments, {had} of which are of a lab run. "
            f"{NOT_AVERAGED}."
        )


def _must_be_one_kind(ledger: Ledger, where: str) -> None:
    """Refuse lab runs of several places."""
    places = [text for place, text in PLACES.items() if any(lab.where == place for lab in ledger.labs)]
    if len(places) > 1:
        raise UnusableError(
            f"{where}: lab runs {' and '.join(places)}. {NOT_AVERAGED}, and the others with --beside FILE."
        )


def _environments(sent: Sent) -> int:
    """Return how many there may be: a restored process has an id of its own, also where one died before."""
    return max(sent.environments, sent.starts.get("snapstart", 0))


def _strangers(ledger: Ledger, judged: set[str | None]) -> list[str]:
    """Return the functions that no lab ran; where only such are judged, beside a lab's, forget the lab."""
    ran = {lab.function or OWN_NAME for lab in ledger.labs}
    strangers = sorted(name for name in judged if name is not None and name not in ran)
    if not strangers or judged - set(strangers):
        return strangers
    if ran & set().union(*ledger.services.values()):
        ledger.labs = []
    # Else it may be a run that was told another name, in a record that does not say which.
    return strangers if any(lab.function is not None for lab in ledger.labs) else []


def must_know_the_lab(ledger: Ledger, malformed: Iterable[str], where: str) -> None:
    """Refuse records of a lab as if they were Lambda's, where what the lab said cannot be read.

    Args:
        ledger: Holds what labs said that can be read.
        malformed: Why lines were left out.
        where: Names the input.

    Raises:
        UnusableError: Nothing tells where they are from.
    """
    unread = next((reason for reason in malformed if reason.startswith(f"{schema.LAB}: ")), None)
    if unread is not None and not ledger.labs:
        raise UnusableError(
            f"{where}: a lab's record that cannot be read ({unread}), so nothing tells where this was "
            "measured. Report it with the version of the lab that wrote it."
        )


def must_be_one_app(ledger: Ledger, where: str) -> None:
    """Refuse lab runs of several apps; `where` names the input.

    Raises:
        UnusableError: They ran several.
    """
    apps = dict.fromkeys(printable(lab.app) for lab in ledger.labs if lab.app is not None)
    if len(apps) > 1:
        raise UnusableError(
            f"{where}: lab runs of {' and '.join(apps)}. Their environments cannot be told apart: give "
            "the report the runs of one app only."
        )


def must_hold_one_service(ledger: Ledger, where: str) -> None:
    """Refuse to go on with several services, or without the one that was chosen; `where` names the input.

    Raises:
        UnusableError: One service has to be chosen among those that were read.
    """
    services, chosen = ledger.services, ledger.service
    if (chosen is None and len(services) > 1) or (chosen is not None and chosen not in services):
        many = f"{len(services)} services, " if len(services) > 1 else "service "
        wanted = "" if chosen is None else f", none of service {printable(chosen)}"
        raise UnusableError(
            f"{where}: records of {many}{' and '.join(_described(ledger))}{wanted}. Choose one with "
            "--service NAME."
        )


def _described(ledger: Ledger) -> Iterator[str]:
    """Name each service, and say which ran in a lab, where the input tells it."""
    ran = {lab.function or OWN_NAME for lab in ledger.labs}
    for service, functions in ledger.services.items():
        if functions:
            place = f"in a lab run {PLACES[place_of(ledger.labs)]}" if functions <= ran else "on Lambda"
        yield printable(service) + (f" ({place})" if ran and functions else "")
