"""Puts a function back as it was before a run, and removes what a run has made."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal, TypeAlias

from telemetry.lab.aws.function import Function
from telemetry.lab.aws.marker import ALIAS, TAG, Marker
from telemetry.lab.aws.provisioned import unprovision
from telemetry.lab.aws.refusals import GONE, code_of
from telemetry.lab.aws.state import State
from telemetry.report.errors import UnusableError

Outcome: TypeAlias = Literal["restored", "unchanged", "replaced", "gone"]
"""`replaced`: somebody else has changed the configuration since, and it was left so; `gone`: there is no
function any more."""


def restore(function: Function, original: State) -> Outcome:
    """Put the original configuration back if that of a run is in force.

    Raises:
        UnusableError: AWS refuses, or does not do it.
    """
    try:
        now = function.at_rest()
    except UnusableError as error:
        if code_of(error) in GONE:
            return "gone"
        raise
    wanted = replace(original, code=now.code)
    if now.block is None:
        return "unchanged" if now.is_like(wanted) else "replaced"
    function.update(now, wanted)
    return "restored"


def remove(function: Function, arn: str, description: str | None = None) -> Iterator[str]:
    """Remove the alias, the versions and at last the tag of a run, or of all runs; say what was removed.

    Raises:
        UnusableError: AWS refuses.
    """
    if unprovision(function):
        yield f"alias {ALIAS} with its provisioned concurrency"
    if deleted := function.delete_versions(description):
        yield f"version{'s' if len(deleted) > 1 else ''} {', '.join(deleted)}"
    if TAG in function.tags(arn):
        function.untag(arn)
        yield f"tag {TAG}"


def clean(function: Function) -> Iterator[str]:
    """Do what a run that was killed could not do any more; say what was done.

    Raises:
        UnusableError: AWS refuses, or the original configuration is lost.
    """
    now = function.at_rest()
    tag = function.tags(now.arn).get(TAG, "")
    marker = Marker.parse(now.block or "") or Marker.parse(tag)
    if marker is not None:
        yield f"run {marker.run}, which began at {marker.at}"
    if now.block is not None:
        original = _original(function, marker)
        restore(function, original)
        yield f"configuration restored: {original.memory_mb} MB, as version {original.version} has it"
    yield from (f"removed: {what}" for what in remove(function, now.arn))


def _original(function: Function, marker: Marker | None) -> State:
    if marker is None or marker.original is None:
        raise UnusableError(
            f"function {function.name}: its variables are a run's, but neither they nor the tag {TAG} say "
            "which version holds the original ones. Deploy the stack anew."
        )
    try:
        return function.read(marker.original)
    except UnusableError as error:
        if code_of(error) not in GONE:
            raise
        raise UnusableError(
            f"function {function.name}: version {marker.original}, which holds the original configuration, "
            f"is gone. Take the tag {TAG} off the function, and deploy the stack anew."
        ) from error
