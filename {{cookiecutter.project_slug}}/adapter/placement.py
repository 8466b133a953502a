"""Placements: when the lifespan's startup runs, as variables, parameters and experiments write it.

The one list of placements and the one reader of an experiment's weights; standard library only. While an
experiment runs, each execution environment is assigned an arm by chance, once and for all: the arm follows
from a hash of the log stream's name, which Lambda gives an environment for its whole life. So no state is
kept, a re-init gets the same arm, and nothing about the traffic or the clock can choose it.
"""

import hashlib
import logging
import os
import re
from collections.abc import Mapping
from typing import Final, Literal, TypeAlias, assert_never, get_args

Placement: TypeAlias = Literal["init", "first_invocation", "every_invocation"]
"""When the startup runs: once in Lambda's INIT phase, once at the first event, or around each event."""

PLACEMENTS: Final[tuple[Placement, ...]] = get_args(Placement)

Weights: TypeAlias = dict[Placement, float]
"""Relative sizes of an experiment's arms, in the order of `PLACEMENTS`."""

PLACEMENT_VARIABLE: Final = "LIFESPAN_PLACEMENT"
EXPERIMENT_VARIABLE: Final = "LIFESPAN_EXPERIMENT"
SALT_VARIABLE: Final = "LIFESPAN_EXPERIMENT_SALT"
PLANNED_VARIABLE: Final = "LIFESPAN_EXPERIMENT_PLANNED"
DEFAULT_SALT: Final = "lifespan"
"""Another salt deals the same environments anew, as a second experiment after the first one should."""
EVERY_INVOCATION_CAP: Final = 0.10
"""Largest share of the environments that may start up in every request: their users pay for it."""
EXAMPLE: Final = "init=50,first_invocation=50"

_DECIMAL: Final = r"[0-9]{1,9}(\.[0-9]{1,9})?"

logger = logging.getLogger("adapter")


class PlacementError(ValueError):
    """A placement, or an experiment on placements, that cannot be carried out."""


def placement_from(environ: Mapping[str, str]) -> Placement:
    """Read `LIFESPAN_PLACEMENT`, `init` by default; where `LIFESPAN_EXPERIMENT` is set, its arm is in force.

    Raises:
        PlacementError: Either is malformed, or the experiment cannot be carried out here.
    """
    configured = parse_placement(environ.get(PLACEMENT_VARIABLE, "init"), PLACEMENT_VARIABLE)
    return assigned_arm(environ) or configured


def parse_placement(text: str, name: str = "placement") -> Placement:
    """Return `text`, if it is a placement; `name` is what the error calls it.

    Raises:
        PlacementError: It is none.
    """
    for placement in PLACEMENTS:
        if text == placement:
            return placement
    raise PlacementError(f"{name} is {text!r}; choices are: {', '.join(PLACEMENTS)}")


def starts_in_init(placement: Placement) -> bool:
    """Whether the startup runs in Lambda's INIT phase, before there is an event."""
    match placement:
        case "init":
            return True
        case "first_invocation" | "every_invocation":
            return False
    assert_never(placement)


def parse_weights(text: str) -> Weights:
    """Read `init=50,first_invocation=50`: weights of the arms, of any sum and in any order.

    Raises:
        PlacementError: It is written otherwise, an arm is unknown or comes twice, fewer than two arms or no
            `init` to compare with, a weight that is no positive number, or too much `every_invocation`.
    """
    given: Weights = {}
    for part in text.split(","):
        name, equals, weight = (piece.strip() for piece in part.partition("="))
        arm = next((arm for arm in PLACEMENTS if arm == name), None)
        if not equals:
            raise _malformed(text, f"{part.strip()!r} has no weight")
        if arm is None:
            raise _malformed(text, f"{name!r} is no placement; choices are: {', '.join(PLACEMENTS)}")
        if arm in given:
            raise _malformed(text, f"{arm} comes twice")
        if not re.fullmatch(_DECIMAL, weight) or not float(weight) > 0:
            raise _malformed(text, f"{weight!r} is no number above 0")
        given[arm] = float(weight)
    _check_arms(text, given)
    return {arm: given[arm] for arm in PLACEMENTS if arm in given}


def assigned_arm(environ: Mapping[str, str]) -> Placement | None:
    """The arm of this execution environment; None where no experiment runs.

    Raises:
        PlacementError: `LIFESPAN_EXPERIMENT` cannot be read, or cannot be carried out here.
    """
    text = environ.get(EXPERIMENT_VARIABLE, "").strip()
    if not text:
        return None
    try:
        weights = parse_weights(text)
    except PlacementError as error:
        raise PlacementError(f"{EXPERIMENT_VARIABLE}: {error}. Unset it to run no experiment.") from None
    _check_planned(environ.get(PLANNED_VARIABLE, "").strip())
    if environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start":
        raise PlacementError(
            f"{EXPERIMENT_VARIABLE} is {text!r}, but under SnapStart all environments are copies of one, so "
            f"they cannot be assigned one by one. Turn SnapStart off, or unset {EXPERIMENT_VARIABLE}."
        )
    stream = environ.get("AWS_LAMBDA_LOG_STREAM_NAME") or os.urandom(16).hex()
    arm = arm_of(stream, environ.get(SALT_VARIABLE) or DEFAULT_SALT, weights)
    logger.info("%s is in force, whatever %s says: %s", EXPERIMENT_VARIABLE, PLACEMENT_VARIABLE, arm)
    return arm


def arm_of(log_stream: str, salt: str, weights: Weights) -> Placement:
    """Assign one environment: the same name and salt always get the same arm of the same weights."""
    digest = hashlib.blake2b(f"{salt}\0{log_stream}".encode(), digest_size=8).digest()
    left = int.from_bytes(digest) / 2**64 * sum(weights.values())
    for arm, weight in weights.items():
        left -= weight
        if left < 0:
            return arm
    return arm  # the last one, where rounding left nothing over


def _check_arms(text: str, weights: Weights) -> None:
    if len(weights) < 2 or "init" not in weights:
        raise _malformed(text, "an experiment compares init with at least one other placement")
    share = weights.get("every_invocation", 0.0) / sum(weights.values())
    if share > EVERY_INVOCATION_CAP:
        raise _malformed(
            text,
            f"every_invocation has {share:.0%} of the weight, but at most {EVERY_INVOCATION_CAP:.0%} of the "
            "environments may start up in every request",
        )


def _check_planned(text: str) -> None:
    """The report reads it from the records; whoever mistypes it shall learn that here, not weeks later."""
    if text and not (text.isascii() and text.isdecimal() and int(text) > 0):
        raise PlacementError(
            f"{PLANNED_VARIABLE} is {text!r}, but must be the number of environments planned for every arm, "
            "1 or more. Write it like 200, or unset it."
        )


def _malformed(text: str, why: str) -> PlacementError:
    return PlacementError(f"{text!r} are no weights of an experiment: {why}. Write them like {EXAMPLE}")
