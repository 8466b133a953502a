"""Which placement: what an environment variable or a parameter may say."""

from collections.abc import Mapping
from typing import get_args

from adapter.errors import PlacementError
from adapter.experiment import assigned
from adapter.facts import Placement

VARIABLE = "LIFESPAN_PLACEMENT"


def placement_from(environ: Mapping[str, str]) -> Placement:
    """Read `LIFESPAN_PLACEMENT`, `init` by default; where `LIFESPAN_EXPERIMENT` is set, its arm is in force.

    Raises:
        PlacementError: Either is malformed, or the experiment cannot be carried out here.
    """
    configured = checked(environ.get(VARIABLE, "init"), VARIABLE)
    return assigned(environ) or configured


def checked(word: str, name: str = "placement") -> Placement:
    """`word`, if it is a placement; `name` is what the error calls it."""
    for placement in get_args(Placement):
        if word == placement:
            return placement  # type: ignore[no-any-return] # get_args knows no types
    raise PlacementError(f"{name} is {word!r}; choices are: {', '.join(get_args(Placement))}")
