"""The smallest difference that matters: one that is certain may still be none that anybody should act on."""

from dataclasses import dataclass
from typing import Final

from telemetry.report.errors import UnusableError


@dataclass(frozen=True, slots=True)
class Smallest:
    """A difference matters that is at least both of these."""

    ms: float = 1.0
    share: float = 0.01
    """Of the mean of the arm that the baseline is compared with."""

    def of(self, mean_ms: float) -> float:
        """Return the smallest difference that matters, in ms, beside such a mean."""
        return max(self.ms, self.share * mean_ms)


DEFAULT: Final = Smallest()


def parse_smallest(text: str) -> Smallest:
    """Read `1`, `1ms`, `2%` or `1ms,2%`; what is not named is 0.

    Raises:
        UnusableError: It is written otherwise, or is negative.
    """
    found = {"ms": 0.0, "%": 0.0}
    for part in text.replace(" ", "").split(","):
        unit = "%" if part.endswith("%") else "ms"
        number = part.removesuffix(unit)
        if not number.replace(".", "", 1).isdecimal() or not number.isascii() or len(number) > 12:
            raise UnusableError(
                "must be a number of ms, a share of a request's mean, or both, such as 1ms,2%: got "
                f"{text[:40]!r}"
            )
        found[unit] = float(number)
    return Smallest(found["ms"], found["%"] / 100)
