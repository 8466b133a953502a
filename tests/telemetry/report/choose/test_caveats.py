"""What is said of a recording, and why its forecast is refused."""

from dataclasses import replace

import numpy as np

from telemetry.report.choose.backtest import BackTest, Part
from telemetry.report.choose.caveats import notes_of, refusal
from telemetry.report.choose.levels import Traffic
from telemetry.report.choose.routing import Picks
from tests.telemetry.report.choose.test_options import records

MISSED = BackTest([Part(0.0, 1.0, 1000, 6318.0, 10.0, 87)], None)


def test_a_given_pool_that_misses_is_blamed_and_not_the_platform() -> None:
    text = refusal(MISSED, Picks(90, 100), fitted=False)
    assert "6,318 cold starts and 87 came; chance misses by so much in less than 0.01 % of such" in text
    assert "without --pool it is fitted to them" in text
    assert "in a way that the model does not know" in refusal(MISSED, Picks(90, 100), fitted=True)
    assert "it was the newest in 40 %" in refusal(MISSED, Picks(40, 100), fitted=True)


def test_too_short_a_recording_is_told_what_to_do() -> None:
    text = refusal(
        BackTest((), "its first half shows the end of 3 environments; 20 are needed"), None, fitted=True
    )
    assert "20 are needed. Record a longer time, or name a pool: --pool published" in text


def test_of_stated_arrivals_nothing_is_said_that_is_true_of_recorded_ones() -> None:
    at = np.arange(100.0)
    traffic = Traffic(at, np.full(100, 0.1), 0.0, 100.0, version=(at > 50).astype(int), pings=at > 20)
    recorded = replace(records({}), traffic=traffic, on_demand=at > 0, far=3, unrecorded=9)
    said = list(notes_of(recorded, replayed=True))
    assert [note.split(":")[0] for note in said[2:4]] == ["less than a day was recorded", "2 versions ran"]
    assert len(said) == 6
    assert list(notes_of(recorded, replayed=False)) == said[:2]
