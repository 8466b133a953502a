"""The weights of an experiment's arms, read as the adapter reads them: what it refuses never ran."""

import re
from typing import Final, NoReturn

from telemetry.report.errors import UnusableError
from telemetry.report.records import PLACEMENTS, Placement

Weights = dict[Placement, float]
EVERY_INVOCATION_CAP: Final = 0.10
"""The adapter's own: it refuses an experiment with a larger share of `every_invocation`."""
EXAMPLE: Final = "init=50,first_invocation=50"
_DECIMAL: Final = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")


def weights_from(text: str) -> Weights:
    """Read `init=50,first_invocation=50`.

    Raises:
        UnusableError: The adapter would refuse it at INIT: it is written otherwise, an arm is unknown or
            comes twice, there are fewer than two arms or no `init`, or too much `every_invocation`.
    """
    weights: Weights = {}
    for part in text.split(","):
        name, equals, weight = (piece.strip() for piece in part.partition("="))
        placement = next((one for one in PLACEMENTS if one == name), None)
        if not equals:
            _refuse(text, f"{part.strip()!r} has no weight")
        if placement is None:
            _refuse(text, f"{name!r} is no placement; choices are: {', '.join(PLACEMENTS)}")
        if placement in weights:
            _refuse(text, f"{placement} comes twice")
        if not _DECIMAL.fullmatch(weight) or not float(weight) > 0:
            _refuse(text, f"{weight!r} is no number above 0")
        weights[placement] = float(weight)
    _check_arms(text, weights)
    return weights


def _check_arms(text: str, weights: Weights) -> None:
    if len(weights) < 2 or "init" not in weights:
        _refuse(text, "an experiment compares init with at least one other placement")
    share = weights.get("every_invocation", 0.0) / sum(weights.values())
    if share > EVERY_INVOCATION_CAP:
        _refuse(
            text,
            f"every_invocation has {share:.0%} of the weight, but at most {EVERY_INVOCATION_CAP:.0%} of the "
            "environments may start up in every request",
        )


def weights_or_none(text: str) -> Weights | None:
    """Read weights of a record, which may be anything."""
    try:
        return weights_from(text)
    except UnusableError:
        return None


def _refuse(text: str, why: str) -> NoReturn:
    raise UnusableError(f"{text!r} are no weights of an experiment: {why}. Write them like {EXAMPLE}.")
