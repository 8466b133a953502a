"""Nanoseconds of the facts in the units of the outputs."""


def milliseconds(ns: int) -> float:
    """A duration in milliseconds, to the microsecond: of 3 decimals at most, as JSON writes it."""
    return (ns + 500) // 1000 / 1000


def unix_milliseconds(ns: int) -> int:
    """An instant in whole Unix milliseconds, as CloudWatch has it."""
    return ns // 1_000_000
