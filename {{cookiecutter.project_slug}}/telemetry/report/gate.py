"""`--fail-if`: conditions on verdict.json, for a build that is to stop where something became worse.

A condition is KEY OP NUMBER UNIT, such as `startup.mean > 900ms`. It fails only where the whole interval
lies on the bad side; where it straddles the limit, or there is none, nothing is certain and it warns.
"""

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from telemetry.report.errors import UnusableError
from telemetry.report.estimate.digits import digits

CONDITION: Final = re.compile(r"\s*([^<>=]*[^<>=\s])\s*(>=|<=|>|<)\s*(-?\d+(?:\.\d+)?)\s*(ms|s|%)?\s*")
FACTORS: Final[Mapping[str, float]] = {"": 1.0, "ms": 1.0, "s": 1000.0, "%": 0.01}
NAMES: Final = ("name", "placement", "baseline", "estimand", "kind", "percent")
"""Fields that name an element of a list."""
BOUNDS: Final = ("low", "high")
EXACT: Final = frozenset({"chi_square", "p_value"})
"""Numbers beside counts that are as they are, and no estimates."""
Outcome: TypeAlias = Literal["holds", "fails", "cannot tell"]


class Condition(NamedTuple):
    """What must not be."""

    text: str
    key: str
    above: bool
    inclusive: bool
    limit: float


class Found(NamedTuple):
    """A number of the verdict, its interval, and where it stands."""

    path: str
    value: float
    low: float | None
    high: float | None


class Judged(NamedTuple):
    """A condition, and what became of it."""

    condition: Condition
    found: Found
    outcome: Outcome

    @property
    def text(self) -> str:
        """Say it in one line."""
        found = self.found
        interval = (
            "no interval"
            if found.low is None or found.high is None
            else f"[{digits(found.low, 6)}, {digits(found.high, 6)}]"
        )
        value = digits(found.value, 6)
        return f"{self.outcome}: not {self.condition.text} ({found.path} is {value}, {interval})"


def condition(text: str) -> Condition:
    """Read a condition.

    Raises:
        ValueError: It is none.
    """
    found = CONDITION.fullmatch(text)
    if found is None:
        raise ValueError(text)
    key, operator, number, unit = found.groups(default="")
    return Condition(text.strip(), key, operator[0] == ">", len(operator) > 1, float(number) * FACTORS[unit])


def judge(of: Condition, document: Mapping[str, Any]) -> Judged:
    """Hold a condition against a verdict.

    Raises:
        UnusableError: The verdict has no such number.
    """
    wanted = of.key.split(".")
    found = next((one for path, one in _numbers(document) if _fits(wanted, path)), None)
    if found is None:
        raise UnusableError(
            f"--fail-if {of.key}: verdict.json holds no such number. --json - prints it whole."
        )
    return Judged(of, found, _outcome(of, found))


def _outcome(of: Condition, found: Found) -> Outcome:
    if found.low is None or found.high is None:
        return "cannot tell"
    bad = [_beyond(of, bound) for bound in (found.low, found.high)]
    return "fails" if all(bad) else "cannot tell" if any(bad) else "holds"


def _beyond(of: Condition, value: float) -> bool:
    if of.inclusive and value == of.limit:
        return True
    return value > of.limit if of.above else value < of.limit


def _fits(wanted: list[str], path: list[str]) -> bool:
    """Say whether the parts are in a path, in that order; it begins with the first and ends with the last."""
    if wanted[0] != path[0] or wanted[-1] != path[-1]:
        return False
    rest = iter(path)
    return all(part in rest for part in wanted)


def _numbers(node: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[list[str], Found]]:
    """Yield every number that is no bound, in the document's order."""
    if isinstance(node, list):
        for number, one in enumerate(node):
            names = [str(one[key]) for key in NAMES if isinstance(one, dict) and key in one]
            yield from _numbers(one, (*path, *(names or [str(number)])))
    elif isinstance(node, dict):
        if "value" in node and set(BOUNDS) <= node.keys():
            yield from _number(node["value"], node["low"], node["high"], path)
            return
        for key, value in node.items():
            if isinstance(value, dict | list):
                yield from _numbers(value, (*path, key))
            elif key not in BOUNDS and not key.endswith(("_low", "_high")):
                low, high = _bounds(node, key, value)
                yield from _number(value, low, high, (*path, key))


def _bounds(node: Mapping[str, Any], key: str, value: Any) -> tuple[Any, Any]:
    """Return the interval of a number: its own, or that beside it.

    Counts are exact, and so is a test of the assignment; a mean or a median without an interval is not.
    """
    if f"{key}_low" in node:
        return node[f"{key}_low"], node[f"{key}_high"]
    if set(BOUNDS) <= node.keys() and key in {"difference_ms", "difference", "share"}:
        return node["low"], node["high"]
    return (value, value) if isinstance(value, int) or key in EXACT else (None, None)


def _number(value: Any, low: Any, high: Any, path: tuple[str, ...]) -> Iterator[tuple[list[str], Found]]:
    if isinstance(value, int | float) and not isinstance(value, bool) and not math.isnan(value):
        bounds = (None if one is None or math.isnan(one) else float(one) for one in (low, high))
        # A team names its resources as it likes, dots included.
        yield ".".join(path).split("."), Found(".".join(path), float(value), *bounds)
