"""Which configuration to take, in words."""

from collections.abc import Mapping, Sequence
from typing import Final, assert_never

from telemetry.report.estimate.configurations.best import Choice
from telemetry.report.estimate.configurations.by_configuration import Configurations
from telemetry.report.estimate.configurations.preference import Preference

WHAT: Final[Mapping[Preference, str]] = {
    "cost": "the lowest bill",
    "p99": "the lowest p99",
    "balanced": "the smallest product of bill and p99",
}
OTHER: Final[Mapping[Preference, str]] = {
    "cost": "the lower p99",
    "p99": "the lower bill",
    "balanced": "the lower bill",
}
MOST: Final = 4
"""Configurations that one sentence names."""


def which(choice: Choice, found: Configurations) -> str:
    """Say which configuration to take, or why that cannot be told."""
    what = WHAT[choice.prefer]
    match choice.finding:
        case "best":
            return f"take {choice.name}: it has {what}, whatever the intervals leave open{_without(choice)}"
        case "no difference that matters":
            return (
                f"no difference that matters to {what}: take {choice.name}, which has "
                f"{OTHER[choice.prefer]}, or {_listed(choice.alike)}{_without(choice)}"
            )
        case "no difference seen":
            others = _listed([*choice.not_told, *choice.alike])
            return (
                f"not decided: {choice.name} has {what} here, and {others} cannot be told from it"
                f"{_without(choice)}"
            )
        case "cannot tell yet":
            return f"cannot tell yet{_missing(choice, found)}"
        case _:
            assert_never(choice.finding)


def _missing(choice: Choice, found: Configurations) -> str:
    """Say why there are no two configurations to choose from."""
    if {one.reason for one in choice.left_out} == {"too few requests for p99"}:
        return f", as p99 takes more than {found.p99_requests} requests of each configuration"
    return _without(choice)


def _without(choice: Choice) -> str:
    """Say which are not chosen from, by the reason."""
    reasons: dict[str, list[str]] = {}
    for one in choice.left_out:
        reasons.setdefault(one.reason, []).append(one.name)
    if not reasons:
        return ""
    return "; left out: " + "; ".join(f"{_listed(names)} ({reason})" for reason, names in reasons.items())


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST} more" if len(names) > MOST else ""
    return " and ".join(names[:MOST]) + more


def asked(found: Configurations) -> str:
    """Say which configuration to take by the preference that was asked for, or else by cost alone."""
    by = {one.prefer: one for one in found.choices}
    said = which(by[found.prefer], found)
    if by[found.prefer].finding == "cannot tell yet" and by["cost"].finding != "cannot tell yet":
        said += f". By cost alone: {which(by['cost'], found)}"
    return f"Which configuration (--prefer {found.prefer}): {said}."
