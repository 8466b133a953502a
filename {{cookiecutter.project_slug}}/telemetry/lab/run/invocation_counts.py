"""How many events an environment gets: a number for all arms, and others for some."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from adapter.placement import PLACEMENTS, Placement


@dataclass(frozen=True, slots=True)
class Invocations:
    """Events for each environment.

    An arm that repeats its startup in every request needs few to show what a repeat costs. The report weighs
    its warm requests, so that all arms are compared at the same number of requests per environment.
    """

    number: int
    by_arm: Mapping[Placement, int] = field(default_factory=dict)
    """Where it is another number."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `12` or `12,every_invocation=3`.

        Raises:
            ValueError: A number is not 1 or greater, or, where arms differ, has no warm request; an arm is
                unknown or named twice.
        """
        first, *others = text.split(",")
        by_arm: dict[Placement, int] = {}
        for other in others:
            name, _, number = other.partition("=")
            arm = next((placement for placement in PLACEMENTS if placement == name), None)
            if arm is None or arm in by_arm:
                raise ValueError(other)
            by_arm[arm] = _positive(number)
        found = cls(_positive(first), by_arm)
        if by_arm and min(found.number, *by_arm.values()) == 1:
            raise ValueError(text)
        return found

    def of(self, placement: Placement | None) -> int:
        """Return the number for an arm; None for one that an experiment assigns."""
        return self.number if placement is None else self.by_arm.get(placement, self.number)

    @property
    def most(self) -> int:
        """The largest number of all arms."""
        return max(self.number, *self.by_arm.values()) if self.by_arm else self.number


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ValueError(text)
    return int(text)
