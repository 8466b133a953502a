"""What is to be small, of configurations of a lab run and of options that `choose` forecasts."""

from typing import Final, Literal, TypeAlias

Preference: TypeAlias = Literal["cost", "p99", "balanced"]
"""The bill, the 99th percentile of what users wait, or the product of both."""
PREFERENCES: Final[tuple[Preference, ...]] = ("cost", "p99", "balanced")
