import logging
from collections import Counter
from itertools import pairwise

import pytest

from adapter.placement import (
    EVERY_INVOCATION_CAP,
    PLACEMENTS,
    Placement,
    PlacementError,
    arm_of,
    assigned_arm,
    parse_weights,
    placement_from,
)

HALVES = "init=50,first_invocation=50"


def environ(experiment: str, stream: str = "2026/11/24/[$LATEST]1", **others: str) -> dict[str, str]:
    return {"LIFESPAN_EXPERIMENT": experiment, "AWS_LAMBDA_LOG_STREAM_NAME": stream} | others


def dealt(experiment: str, count: int = 4000, **others: str) -> list[Placement]:
    return [placement_from(environ(experiment, f"[$LATEST]{number}", **others)) for number in range(count)]


def test_shares_follow_the_weights() -> None:
    counts = Counter(dealt("init=70,first_invocation=25,every_invocation=5"))
    assert [counts[arm] / 4000 for arm in PLACEMENTS] == pytest.approx([0.7, 0.25, 0.05], abs=0.03)


def test_reinit_keeps_its_arm() -> None:
    assert dealt(HALVES, 50) == dealt(HALVES, 50)


def test_order_of_writing_means_nothing() -> None:
    assert dealt(HALVES, 200) == dealt(" first_invocation = 50 , init = 50 ", 200)


def test_weights_need_no_sum_of_100() -> None:
    assert dealt(HALVES, 200) == dealt("init=1,first_invocation=1.0", 200)


def test_salt_deals_anew() -> None:
    first, second = dealt(HALVES, 400), dealt(HALVES, 400, LIFESPAN_EXPERIMENT_SALT="second")
    same = sum(a == b for a, b in zip(first, second, strict=True))
    assert 150 < same < 250


def test_empty_salt_is_the_default() -> None:
    assert dealt(HALVES, 100) == dealt(HALVES, 100, LIFESPAN_EXPERIMENT_SALT="")


def test_neighbouring_streams_are_independent() -> None:
    arms = [arm == "init" for arm in dealt(HALVES)]
    together = sum(a == b for a, b in pairwise(arms))
    assert together / len(arms) == pytest.approx(0.5, abs=0.03)


def test_empty_means_no_experiment() -> None:
    assert assigned_arm({}) is None
    assert placement_from({"LIFESPAN_EXPERIMENT": " ", "LIFESPAN_PLACEMENT": "first_invocation"}) == (
        "first_invocation"
    )


def test_experiment_wins_and_says_so(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "adapter")
    arms = set(dealt(HALVES, 50, LIFESPAN_PLACEMENT="every_invocation"))
    assert arms == {"init", "first_invocation"}
    assert "LIFESPAN_EXPERIMENT is in force, whatever LIFESPAN_PLACEMENT says: " in caplog.text


def test_bad_placement_is_still_an_error() -> None:
    with pytest.raises(PlacementError, match="LIFESPAN_PLACEMENT is 'eager'"):
        placement_from(environ(HALVES, LIFESPAN_PLACEMENT="eager"))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("init", "'init' has no weight"),
        ("init=50;first_invocation=50", "'50;first_invocation=50' is no number above 0"),
        ("init=50,lazy=50", "'lazy' is no placement; choices are: init, first_invocation, every_invocation"),
        ("init=50,init=50", "init comes twice"),
        ("init=50,first_invocation=0", "'0' is no number above 0"),
        ("init=50,first_invocation=-1", "'-1' is no number above 0"),
        ("init=50,first_invocation=nan", "'nan' is no number above 0"),
        ("init=50,first_invocation=inf", "'inf' is no number above 0"),
        ("init=50,first_invocation=1e2", "'1e2' is no number above 0"),
        ("init=50,first_invocation=0.0", "'0.0' is no number above 0"),
        ("init=50,first_invocation=\u0665", "'\u0665' is no number above 0"),
        ("init=50,first_invocation=", "'' is no number above 0"),
        ("init=50,first_invocation=50,", "'' has no weight"),
        ("init=100", "an experiment compares init with at least one other placement"),
        ("first_invocation=95,every_invocation=5", "an experiment compares init"),
        ("init=50,every_invocation=50", "every_invocation has 50% of the weight, but at most 10%"),
    ],
)
def test_malformed_experiment_is_an_error(text: str, why: str) -> None:
    with pytest.raises(PlacementError) as raised:
        placement_from(environ(text))
    message = str(raised.value)
    assert message.startswith(f"LIFESPAN_EXPERIMENT: {text!r} are no weights of an experiment: {why}")
    assert message.endswith("Write them like init=50,first_invocation=50. Unset it to run no experiment.")


def test_every_invocation_may_have_its_cap() -> None:
    weights = parse_weights("init=90,every_invocation=10")
    assert weights["every_invocation"] / sum(weights.values()) == EVERY_INVOCATION_CAP


@pytest.mark.parametrize("text", ["0", "-1", "many", "1.5", "\u0663"])
def test_malformed_size_is_an_error(text: str) -> None:
    with pytest.raises(PlacementError, match=r"LIFESPAN_EXPERIMENT_PLANNED is .*Write it like 200"):
        placement_from(environ(HALVES, LIFESPAN_EXPERIMENT_PLANNED=text))


def test_size_needs_no_declaring() -> None:
    for text in ("", " ", "200"):
        assert placement_from(environ(HALVES, LIFESPAN_EXPERIMENT_PLANNED=text))


def test_snapshots_refuse_an_experiment() -> None:
    with pytest.raises(PlacementError, match=r"LIFESPAN_EXPERIMENT is .*SnapStart.*unset LIFESP"):
        placement_from(environ(HALVES, AWS_LAMBDA_INITIALIZATION_TYPE="snap-start"))


def test_snapshots_without_experiment_are_fine() -> None:
    assert placement_from({"AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start"}) == "init"


def test_without_log_stream_chance_decides() -> None:
    arms = {placement_from({"LIFESPAN_EXPERIMENT": HALVES}) for _ in range(64)}
    assert arms == {"init", "first_invocation"}


def test_last_arm_gets_what_rounding_leaves() -> None:
    weights = parse_weights("init=0.1,first_invocation=0.2")
    assert {arm_of(str(number), "", weights) for number in range(100)} == set(weights)
