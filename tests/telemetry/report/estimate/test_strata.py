"""Versions and memory sizes inside an experiment are compared within, not across."""

import numpy as np
import pytest

from adapter.placement import PLACEMENTS
from telemetry.report.estimate.comparison import compare
from telemetry.report.estimate.intervals import ratios
from telemetry.report.estimate.strata import Means, left_out
from telemetry.report.read.strata import Strata, Stratum
from telemetry.report.read.sums import Sums
from tests.telemetry.report.log_streams import Stream, ordinary, results_in, verdict_in

INIT, LAZY = PLACEMENTS.index("init"), PLACEMENTS.index("first_invocation")


def versions(first: tuple[int, int], second: tuple[int, int]) -> list[Stream]:
    """Environments by arm of two versions, the second of which is 100 ms slower whatever the arm."""
    found: list[Stream] = []
    for version, (init, lazy), slower in (("1", first, 0.0), ("2", second, 100.0)):
        for arm, environments in (("init", init), ("first_invocation", lazy)):
            for stream in ordinary(arm, environments, requests=0, version=version):
                found.append(stream)
                for n in range(4):
                    ms = 6.0 + slower + len(found) % 7 / 10 + (50.0 if arm != "init" else 0.0)
                    stream.request(ms, start="provisioned" if n == 0 else "warm")
    return found


def test_t12_deployment_in_between_does_not_shift_the_difference() -> None:
    """Weights were changed with the deployment: most of the slow version's environments are of one arm."""
    found = results_in(versions((40, 10), (10, 40)))
    assert found.stratified
    difference = found.comparisons[0].difference_ms
    assert difference == pytest.approx(50.0, abs=0.5)
    assert [one.version for one in found.strata] == ["1", "2"]
    assert [one.environments for one in found.strata] == [
        {"init": 40, "first_invocation": 10},
        {"init": 10, "first_invocation": 40},
    ]


def test_t12_version_with_one_environment_of_an_arm_is_left_out_and_counted() -> None:
    found = results_in(versions((25, 25), (1, 9)))
    assert found.comparisons[0].n_environments == {"first_invocation": 25, "init": 25}
    assert left_out(found.strata) == (10, 40)


def test_t12_no_version_with_enough_of_both_arms_tells_nothing() -> None:
    (found,) = [one for one in results_in(versions((30, 1), (1, 30))).comparisons if one.estimand[0] == "u"]
    assert found.finding == "cannot tell yet"
    assert found.low is None


def test_t12_versions_are_shown_apart_and_named() -> None:
    verdict = verdict_in(versions((25, 25), (1, 9)))
    assert "512 MB; versions 1, 2" in verdict.place
    names = "version 1 at 512 MB, version 2 at 512 MB"
    assert (
        f"compared within each version and memory size, then averaged by requests: {names}" in verdict.notes
    )
    assert any(
        note.startswith("10 environments with 40 requests are in no comparison") for note in verdict.notes
    )


def test_t12_memory_sizes_are_named() -> None:
    streams = [*ordinary("init", 3, memory_mb=512), *ordinary("init", 3, memory_mb=2048)]
    assert "512 and 2048 MB" in verdict_in(streams).place


def test_t12_without_an_experiment_versions_are_listed() -> None:
    streams = [
        Stream(f"{version}-{n}", version=version).startup().request() for version in "12" for n in range(9)
    ]
    verdict = verdict_in(streams)
    assert not verdict.results.stratified
    assert any(note.startswith("several versions or memory sizes, averaged") for note in verdict.notes)


def test_strata_hold_the_true_difference_as_often_as_they_say() -> None:
    """Of 400 experiments over two strata of unlike sizes, 95 % of the intervals cover the truth."""
    random, covered = np.random.default_rng(5), 0
    arms = np.repeat([INIT, LAZY, INIT, LAZY], [30, 20, 15, 35])
    strata = Strata(np.repeat([0, 0, 1, 1], [30, 20, 15, 35]), [Stratum("1", None), Stratum("2", None)])
    for _ in range(400):
        sums = Sums.zero(arms)
        sums.timed[:] = sums.n[:] = random.integers(2, 12, len(arms))
        level = np.where(strata.of_unit == 0, 20.0, 90.0) + np.where(arms == LAZY, 5.0, 0.0)
        sums.user[:] = sums.n * (level + random.normal(0, 6, len(arms)))
        means = Means(sums, sums.user, sums.timed, strata)
        (found,) = compare(ratios(sums, sums.user), "user_visible_ms", means.pair)
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= 5.0 <= found.high
    assert 0.92 <= covered / 400 <= 0.98
