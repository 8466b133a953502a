"""Which option is recommended, and what would change that: each such sentence is tried out."""

import math
import re
from dataclasses import replace

import pytest

from telemetry.report.choose.choice import (
    BreakEven,
    Wanted,
    break_even_sentence,
    break_even_share,
    recommended,
)
from telemetry.report.estimate.configurations.preference import PREFERENCES, Preference
from tests.telemetry.report.choose.outcomes import outcome

OPTIONS = [
    outcome("init", 0.45, 1602), outcome("provisioned 1", 11.22, 1524), outcome("by hour", 18.51, 1338),
    outcome("provisioned 2", 22.16, 1299), outcome("worse", 19.0, 1340),
]  # fmt: skip


def asked(wanted: Wanted, words: str) -> Wanted:
    """Ask as a sentence of what would change the answer says."""
    how, option, *value = words.split()
    limit = float(value[0]) if how == "with" and option != "--prefer" else None
    match option:
        case "--prefer":
            return replace(wanted, prefer=next(one for one in PREFERENCES if one == value[0]))
        case "--p99-under":
            return replace(wanted, p99_under_ms=limit)
        case _:
            assert option == "--under"
            return replace(wanted, dollars_under=limit)


@pytest.mark.parametrize("prefer", PREFERENCES)
@pytest.mark.parametrize("limits", [{}, {"p99_under_ms": 1600.0}, {"dollars_under": 20.0}])
def test_what_would_change_the_answer_does(prefer: Preference, limits: dict[str, float]) -> None:
    wanted = replace(Wanted(), prefer=prefer, **limits)
    found = recommended(OPTIONS, wanted)
    assert found.changes
    for change in found.changes:
        told = re.fullmatch(r'(with.*?), "(.*)": p99 of [\d,.]+ ms at \$[\d,.]+ a month', change)
        assert told, change
        again = recommended(OPTIONS, asked(wanted, told[1]))
        assert again.option == told[2] != found.option, change


def test_an_only_option_is_changed_by_nothing() -> None:
    found = recommended(OPTIONS[:1], Wanted())
    assert found.changes == ["no other preference and no tighter limit changes this"]


def test_of_ratios_no_limit_of_ms_or_dollars_is_named() -> None:
    ratios = [outcome("init", 1.0, 1.0, spread=0), outcome("lazy", 0.94, 1.2, spread=0)]
    found = recommended(ratios, Wanted("cost"), relative=True)
    assert found.changes == ['with --prefer p99, "init"', 'with --prefer balanced, "init"']
    told = '"lazy": p99 1.2 times and dollars 0.94 times those of "init"'
    assert f"with --prefer cost, {told}" in recommended(ratios, Wanted("p99"), relative=True).changes


def test_all_that_cannot_be_told_from_the_best_are_named() -> None:
    options = [
        outcome(name, 1.0 + spread / 100, 100, spread)
        for name, spread in zip("abc", (0.1, 0.2, 0.3), strict=True)
    ]
    found = recommended(options, Wanted("cost"))
    assert '; "b" and "c" cannot be told from it' in found.reason


def test_nothing_is_switched_on_that_cannot_be_told_from_the_first_option() -> None:
    """Of a lab run: the slower arm is drawn as the faster one as often as chance has it."""
    init, lazy = outcome("init", 1.0, 100, spread=0.2), outcome("lazy", 1.0, 95, spread=0.1)
    found = recommended([init, lazy], Wanted("p99"))
    assert found.option == "init"
    why = 'of 2 options none is surely better; "lazy" has the lowest p99; "init" cannot be told from it'
    assert found.reason == why
    sure = outcome("lazy", 1.0, 95, spread=0.2)
    assert recommended([init, sure], Wanted("p99")).option == "lazy"
    limited = recommended([init, lazy], Wanted("p99", p99_under_ms=130))
    assert limited.option == "lazy", "the first option does not keep the limit"


def test_share_of_all_the_time_and_more_is_never() -> None:
    """As in Frankfurt: a provisioned second costs more than a busy one saves."""
    assert "more than 80 % of the time" in break_even_share(BreakEven(4.0, 5.0, 0.8))
    assert "never cheaper" in break_even_share(BreakEven(6.0, 5.0, 1.01))


def test_rates_are_plain_numbers_and_none_is_infinite() -> None:
    assert "above 120 requests/s on one environment, which can serve 140," in break_even_sentence(
        BreakEven(120.3, 141.0, 0.6)
    )
    never = break_even_sentence(BreakEven(math.inf, 5.0, math.inf))
    assert never == "provisioned 1 is never cheaper than on demand at these prices, however busy it is"
