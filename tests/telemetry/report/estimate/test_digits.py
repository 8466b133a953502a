"""Numbers are written out, and an upper bound is never rounded down."""

import pytest

from telemetry.report.estimate.digits import digits, money, probability


@pytest.mark.parametrize(
    ("value", "count", "written"),
    [
        (100, 2, "100"),
        (1_600, 2, "1,600"),
        (1_234_567.8, 3, "1,230,000"),
        (11.23, 3, "11.2"),
        (0.00012, 2, "0.00012"),
        (-3.14159, 2, "-3.1"),
        (-0.0, 2, "0"),
    ],
)
def test_no_number_is_a_power_of_ten(value: float, count: int, written: str) -> None:
    assert digits(value, count) == written


@pytest.mark.parametrize(
    ("value", "written"), [(0.1038, "0.11"), (14.247, "15"), (99.1, "100"), (100 * 0.07, "7"), (0, "0")]
)
def test_upper_bound_is_rounded_up(value: float, written: str) -> None:
    assert digits(value, 2, up=True) == written


@pytest.mark.parametrize(
    ("dollars", "written"),
    [(1602.4, "1,602.40"), (0.45, "0.45"), (0.1, "0.10"), (0.0034, "0.0034"), (0.0999, "0.1"), (0, "0")],
)
def test_bill_below_a_cent_is_not_nothing(dollars: float, written: str) -> None:
    assert money(dollars) == written


def test_p_value_says_what_it_is_below() -> None:
    assert [probability(p) for p in (1.0, 0.3841, 0.0001, 3e-9)] == ["= 1", "= 0.384", "= 0.0001", "< 0.0001"]
