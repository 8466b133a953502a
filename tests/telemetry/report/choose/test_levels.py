"""Levels of concurrency, against a count request by request."""

import numpy as np

from telemetry.report.choose.levels import Traffic, levels_of


def test_each_arrival_takes_the_level_of_what_runs_at_once() -> None:
    at, busy = np.array([0.0, 1.0, 2.0, 10.0]), np.array([5.0, 0.5, 5.0, 1.0])
    levels = levels_of(at, busy)
    assert [taken.tolist() for taken in levels.taken] == [[0.0, 10.0], [1.0, 2.0]]
    assert [freed.tolist() for freed in levels.freed] == [[7.0, 11.0], [1.5, 5.0]]
    assert [index.tolist() for index in levels.indices] == [[0, 3], [1, 2]]


def test_an_environment_is_free_at_the_moment_of_the_next_arrival() -> None:
    levels = levels_of(np.array([0.0, 1.0]), np.array([1.0, 1.0]))
    assert len(levels.taken) == 1


def test_gaps_are_idle_times_longer_than_asked_and_the_last_never_ends() -> None:
    levels = levels_of(np.array([0.0, 10.0, 100.0]), np.array([1.0, 1.0, 1.0]))
    begins, places, ends = levels.gaps(20.0)
    assert (begins.tolist(), places.tolist(), ends.tolist()) == ([11.0, 101.0], [1, 1], [100.0, np.inf])


def test_nothing_has_no_levels() -> None:
    levels = levels_of(np.empty(0), np.empty(0))
    assert levels.taken == []
    assert len(levels.gaps(1.0)[0]) == 0


def test_a_version_of_the_function_has_a_pool_of_its_own() -> None:
    traffic = Traffic(np.arange(4.0), np.ones(4), 0.0, 10.0, np.array([0, 1, 0, 1]))
    assert [mine.tolist() for mine in traffic.pools] == [[0, 2], [1, 3]]
