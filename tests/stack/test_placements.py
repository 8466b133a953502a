"""The stack's parameters, held against the words and weights that the adapter reads."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.placement import (
    DEFAULT_SALT,
    PLACEMENTS,
    PlacementError,
    assigned_arm,
    parse_weights,
    placement_from,
)

GOOD = [
    "init=50,first_invocation=50",
    "first_invocation=1,init=9",
    "init=90,every_invocation=10",
    "every_invocation=0.5,first_invocation=5,init=4.5",
    "init=0.000000001,first_invocation=999999999.999999999",
    "init=050,first_invocation=50.0",
]
BAD = [
    "init",
    "init=50",
    "init=50,",
    ",init=50,first_invocation=50",
    "init=50,,first_invocation=50",
    "init=50,first_invocation=50,",
    "init=50;first_invocation=50",
    "first_invocation=90,every_invocation=10",
    "init=50,lazy=50",
    "init=50,first_invocation",
    "init=50,first_invocation=",
    "init=50,Init=50",
    "init=50,init=50",
    "init=50,first_invocation=25,first_invocation=25",
    "init=50,first_invocation=40,every_invocation=5,init=5",
    "init=0,first_invocation=50",
    "init=50,first_invocation=0.00",
    "init=-50,first_invocation=50",
    "init=+50,first_invocation=50",
    "init=1e3,first_invocation=50",
    "init=.5,first_invocation=50",
    "init=5.,first_invocation=50",
    "init=1.2.3,first_invocation=50",
    "init=1234567890,first_invocation=50",
    "init=1.1234567890,first_invocation=50",
    "init=\u0665,first_invocation=50",
    "init==50,first_invocation=50",
]
DECIMALS = st.from_regex(r"[0-9]{1,2}(\.[0-9])?", fullmatch=True)
ARMS = st.builds("{}={}".format, st.sampled_from(PLACEMENTS), DECIMALS)
ODD_WORDS = st.sampled_from(["lazy", "", "preinit", "init_"])
ODD_WEIGHTS = st.sampled_from(["", "5=5", "1234567890", ".5", "5.", "1.2.3", "0.0"])
ODD_ARMS = (
    st.builds("{}={}".format, ODD_WORDS, DECIMALS)
    | st.builds("{}={}".format, st.sampled_from(PLACEMENTS), ODD_WEIGHTS)
    | st.text(alphabet="init=,.015", max_size=9)
)
EXPERIMENTS = st.lists(ARMS, min_size=1, max_size=4) | st.lists(ARMS | ODD_ARMS, max_size=4)


@pytest.fixture(scope="session")
def pattern(template: dict[str, Any]) -> re.Pattern[str]:
    return re.compile(template["Parameters"]["Experiment"]["AllowedPattern"])


def refusal(text: str) -> str | None:
    """What the adapter says against these weights; None where it takes them."""
    try:
        parse_weights(text)
    except PlacementError as error:
        return str(error)
    return None


def test_placements_are_the_vocabulary(template: dict[str, Any]) -> None:
    assert template["Parameters"]["Placement"]["AllowedValues"] == list(PLACEMENTS)


def test_defaults_are_the_adapters(template: dict[str, Any]) -> None:
    defaults = {name: parameter["Default"] for name, parameter in template["Parameters"].items()}
    assert defaults["Placement"] == placement_from({})
    assert defaults["ExperimentSalt"] == DEFAULT_SALT
    assert assigned_arm({"LIFESPAN_EXPERIMENT": defaults["Experiment"]}) is None


def test_pattern_takes_the_default(template: dict[str, Any], pattern: re.Pattern[str]) -> None:
    assert pattern.fullmatch(template["Parameters"]["Experiment"]["Default"])


@pytest.mark.parametrize("text", GOOD)
def test_weights_that_both_take(text: str, pattern: re.Pattern[str]) -> None:
    assert refusal(text) is None
    assert pattern.fullmatch(text)


@pytest.mark.parametrize("text", BAD)
def test_weights_that_both_refuse(text: str, pattern: re.Pattern[str]) -> None:
    assert refusal(text)
    assert not pattern.fullmatch(text)


def test_pattern_is_laxer_as_to_the_share_of_every_invocation(pattern: re.Pattern[str]) -> None:
    assert pattern.fullmatch("init=50,every_invocation=50")
    assert "at most 10%" in (refusal("init=50,every_invocation=50") or "")


def test_pattern_is_stricter_as_to_spaces(pattern: re.Pattern[str]) -> None:
    assert refusal(" init = 50, first_invocation=50 ") is None
    assert not pattern.fullmatch("init=50, first_invocation=50")


@given(text=EXPERIMENTS.map(",".join).filter(bool))
def test_pattern_is_the_parser_but_for_the_share_of_every_invocation(
    text: str, pattern: re.Pattern[str]
) -> None:
    reason = refusal(text)
    assert bool(pattern.fullmatch(text)) == (reason is None or "every_invocation has" in reason)
