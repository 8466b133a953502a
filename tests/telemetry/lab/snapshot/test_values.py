import datetime as dt
import time
import uuid
from typing import Any

import pytest

from telemetry.lab.snapshot.values import Clocks, digest, identifier_kind

HOUR = 3600.0
DRAWN = uuid.UUID("afe1802b-e5fe-4044-a767-820397a785e4")


@pytest.fixture
def clocks() -> Clocks:
    return Clocks(time.time() - 5, time.monotonic() - 5)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (DRAWN, "UUID"),
        (str(DRAWN), "UUID"),
        (f"worker-{DRAWN}", "UUID"),
        (str(DRAWN).upper().encode(), "UUID"),
        (DRAWN.hex, "random text"),
        ("4bf92f3577b34da6", "random text"),
        ("Vt2bX0qUjkPCkWq3nPqQyA", "random text"),
        (bytes(range(128, 144)), "random bytes"),
        (0x4BF92F3577B34DA6, "random number"),
        (0x4BF92F3577B34DA6A3CE929D0E0E4736, "random number"),
        ("service.tickets.models", None),
        ("aaaaaaaaaaaaaaaaaaaa", None),
        ("0123456789012345", None),
        (140_234_567_890_123, None),  # an address
        (True, None),
        (b"\xff\x00", None),
    ],
)
def test_drawn_values(value: Any, kind: str | None) -> None:
    assert identifier_kind(value) == kind


def test_captured_times_of_day(clocks: Clocks) -> None:
    now = time.time()
    taken = (now - 1, int(now), now * 1e3 - 1, time.time_ns(), int(now * 1e3), dt.datetime.now(dt.UTC))
    later = (now + HOUR, dt.datetime.now(dt.UTC) + dt.timedelta(hours=1))
    assert {clocks.kind_of(value) for value in (*taken, *later)} == {"time of day"}


def test_captured_monotonic_clocks(clocks: Clocks) -> None:
    taken = (time.monotonic(), time.perf_counter(), time.monotonic_ns(), time.monotonic() - 4)
    assert {clocks.kind_of(value) for value in taken} == {"monotonic clock"}


def test_other_numbers_and_dates(clocks: Clocks) -> None:
    boot = time.monotonic() - 10
    values = (
        0.5,
        3,
        1e9,
        10**9,
        "1790000000",
        True,
        boot,
        dt.datetime(2020, 1, 1, tzinfo=dt.UTC),
        dt.datetime.max.replace(tzinfo=dt.UTC),
    )
    assert {clocks.kind_of(value) for value in values} == {None}


def test_digest_tells_values_apart_and_keeps_them_secret() -> None:
    assert digest("a") == digest("a")
    assert len({digest("1"), digest(1), digest(1.0), digest(b"1")}) == 4
    assert "canary" not in digest("canary")
    assert digest("\ud800")
