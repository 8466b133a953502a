"""How many requests met which kind of start, and how long they took."""

from typing import TypeAlias

import numpy as np

from telemetry import schema
from telemetry.report.ledger import START_CODES
from telemetry.report.model import Latency, Starts
from telemetry.report.records import PLACEMENTS, Lab, Placement
from telemetry.report.requests import Requests

Counts: TypeAlias = dict[Placement, dict[str, int]]
PERCENTILES = (5, 25, 50, 75, 90, 95, 99)


def starts_of(requests: Requests, labs: list[Lab]) -> Starts:
    """Count start classes by arm, beside what the lab says it sent."""
    recorded: Counts = {}
    for placement in PLACEMENTS:
        counts = np.bincount(requests.start[requests.in_arm(placement)], minlength=len(schema.STARTS))
        if counts.sum():
            recorded[placement] = _present(dict(zip(schema.STARTS, map(int, counts), strict=True)))
    sent = _sent(labs) if labs else None
    return Starts(recorded, sent, [] if sent is None else _mismatches(recorded, sent))


def _sent(labs: list[Lab]) -> Counts:
    total: Counts = {}
    for lab in labs:
        for placement, sent in lab.sent.items():
            counts = total.setdefault(placement, {})
            for start, count in sent.starts.items():
                counts[start] = counts.get(start, 0) + count
    return {placement: _present(counts) for placement, counts in total.items()}


def _present(counts: dict[str, int]) -> dict[str, int]:
    return {start: count for start, count in counts.items() if count}


def _mismatches(recorded: Counts, sent: Counts) -> list[str]:
    found = []
    for placement in dict.fromkeys([*sent, *recorded]):
        there, expected = recorded.get(placement, {}), sent.get(placement, {})
        found += [
            f"{placement}: {there.get(start, 0)} {start} recorded, {expected.get(start, 0)} sent"
            for start in dict.fromkeys([*expected, *there])
            if there.get(start, 0) != expected.get(start, 0)
        ]
    return found


def latency_of(requests: Requests) -> list[Latency]:
    """Describe user-visible ms by arm and start class. Descriptive: the arm changes who is in which class."""
    found = []
    for placement in PLACEMENTS:
        for start, code in START_CODES.items():
            ms = requests.user_ms[requests.in_arm(placement) & (requests.start == code)]
            if len(ms):
                values = np.percentile(ms, PERCENTILES)
                named = {f"p{p}": float(value) for p, value in zip(PERCENTILES, values, strict=True)}
                found.append(Latency(placement, start, len(ms), float(ms.mean()), named))
    return found
