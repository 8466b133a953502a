"""An experiment on placements: each execution environment is assigned an arm by chance, once and for all.

The arm follows from a hash of the log stream's name, which Lambda gives an environment for its whole life: no
state is kept, a re-init gets the same arm, and nothing about the traffic or the clock can choose it.
"""

import hashlib
import logging
import os
import re
from collections.abc import Mapping
from typing import Final, get_args

from adapter.errors import PlacementError
from adapter.facts import Placement

logger = logging.getLogger("adapter")

VARIABLE: Final = "LIFESPAN_EXPERIMENT"
SALT_VARIABLE: Final = "LIFESPAN_EXPERIMENT_SALT"
PLANNED_VARIABLE: Final = "LIFESPAN_EXPERIMENT_PLANNED"
DEFAULT_SALT: Final = "lifespan"
"""Another salt deals the same environments anew, as a second experiment after the first one should."""
EVERY_INVOCATION_CAP: Final = 0.10
"""Largest share of the environments that may start up in every request: their users pay for it."""
EXAMPLE: Final = "init=50,first_invocation=50"

Weights = dict[Placement, float]
_DECIMAL: Final = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")


def assigned(environ: Mapping[str, str]) -> Placement | None:
    """The arm of this execution environment; None where no experiment runs.

    Raises:
        PlacementError: `LIFESPAN_EXPERIMENT` cannot be read, or cannot be carried out here.
    """
    text = environ.get(VARIABLE, "").strip()
    if not text:
        return None
    weights = weights_from(text)
    _check_planned(environ.get(PLANNED_VARIABLE, "").strip())
    if environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start":
        raise PlacementError(
            f"{VARIABLE} is {text!r}, but under SnapStart all environments are copies of one, so they cannot "
            f"be assigned one by one; unset {VARIABLE}, or turn SnapStart off for the experiment"
        )
    stream = environ.get("AWS_LAMBDA_LOG_STREAM_NAME") or os.urandom(16).hex()
    arm = arm_of(stream, environ.get(SALT_VARIABLE) or DEFAULT_SALT, weights)
    logger.info("%s is in force, whatever LIFESPAN_PLACEMENT says: %s", VARIABLE, arm)
    return arm


def arm_of(log_stream: str, salt: str, weights: Weights) -> Placement:
    """Deal one environment: the same name and salt always get the same arm of the same weights."""
    digest = hashlib.blake2b(f"{salt}\0{log_stream}".encode(), digest_size=8).digest()
    left = int.from_bytes(digest) / 2**64 * sum(weights.values())
    for arm, weight in weights.items():
        left -= weight
        if left < 0:
            return arm
    return arm  # the last one, where rounding left nothing over


def weights_from(text: str) -> Weights:
    """Read `init=50,first_invocation=50`: weights of the arms, of any sum and in any order.

    Raises:
        PlacementError: It is written otherwise, an arm is unknown or comes twice, fewer than two arms or no
            `init` to compare with, a weight that is no positive number, or too much `every_invocation`.
    """
    given: Weights = {}
    for part in text.split(","):
        name, equals, weight = (piece.strip() for piece in part.partition("="))
        arm = next((arm for arm in get_args(Placement) if arm == name), None)
        if not equals:
            raise _malformed(text, f"{part.strip()!r} has no weight")
        if arm is None:
            raise _malformed(text, f"{name!r} is no placement; choices are: {', '.join(get_args(Placement))}")
        if arm in given:
            raise _malformed(text, f"{arm} comes twice")
        given[arm] = _positive(weight, text)
    if len(given) < 2 or "init" not in given:
        raise _malformed(text, "an experiment compares init with at least one other placement")
    share = given.get("every_invocation", 0.0) / sum(given.values())
    if share > EVERY_INVOCATION_CAP:
        raise _malformed(
            text,
            f"every_invocation has {share:.0%} of the weight, but at most {EVERY_INVOCATION_CAP:.0%} of the "
            "environments may start up in every request",
        )
    return {arm: given[arm] for arm in get_args(Placement) if arm in given}


def _check_planned(text: str) -> None:
    """The report reads it from the records; whoever mistypes it shall learn that here, not weeks later."""
    if text and not (text.isascii() and text.isdecimal() and int(text) > 0):
        raise PlacementError(
            f"{PLANNED_VARIABLE} is {text!r}: that is no number of environments, for every arm, above 0. "
            "Write it like 200, or unset it."
        )


def _positive(text: str, whole: str) -> float:
    if not _DECIMAL.fullmatch(text) or not float(text) > 0:
        raise _malformed(whole, f"{text!r} is no number above 0")
    return float(text)


def _malformed(text: str, why: str) -> PlacementError:
    return PlacementError(f"{VARIABLE} is {text!r}: {why}. Write it like {EXAMPLE}, or unset it.")
