"""What records prove about the lives of environments."""

import numpy as np

from telemetry.report.choose.lives import Served, lives_of

NONE = np.nan


def of(
    rows: list[tuple[int, float, float, bool]], ended: list[float], version: list[int] | None = None
) -> Served:
    environment, at, until, cold = (np.asarray(column) for column in zip(*rows, strict=True))
    return Served(environment, at, until, cold, np.asarray(ended), np.asarray(version or [0] * len(ended)))


def test_a_cold_start_proves_that_an_idle_environment_had_been_ended() -> None:
    lives = lives_of(of([(0, 0, 1, True), (0, 100, 101, False), (1, 900, 901, True)], [NONE, NONE]))
    assert lives.gaps.tolist() == [99.0]
    assert lives.age.tolist() == [101.0, 1.0]
    assert lives.idle_to.tolist() == [799.0, np.inf]


def test_a_start_that_nobody_waited_for_proves_nothing() -> None:
    lives = lives_of(of([(0, 0, 1, True), (1, 900, 901, False)], [NONE, NONE]))
    assert lives.idle_to.tolist() == [np.inf, np.inf]


def test_another_versions_cold_start_proves_nothing() -> None:
    lives = lives_of(of([(0, 0, 1, True), (1, 900, 901, True)], [NONE, NONE], [0, 1]))
    assert lives.idle_to.tolist() == [np.inf, np.inf]


def test_an_environment_that_said_goodbye_was_ended_then() -> None:
    lives = lives_of(of([(0, 0, 1, True)], [601.0]))
    assert (lives.idle_from[0], lives.idle_to[0]) == (594.0, 606.0)


def test_what_came_later_is_not_known_earlier() -> None:
    served = of([(0, 0, 1, True), (1, 900, 901, True)], [700.0, NONE])
    lives = lives_of(served.before(650.0))
    assert lives.idle_to.tolist() == [np.inf]


def test_no_requests_are_no_evidence() -> None:
    nothing = np.empty(0)
    served = Served(
        nothing.astype(np.int64),
        nothing,
        nothing,
        nothing.astype(np.bool_),
        nothing,
        nothing.astype(np.int64),
    )
    assert len(lives_of(served).age) == 0
