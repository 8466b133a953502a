from collections.abc import Callable

import pytest

from adapter.placement import PLACEMENTS, Placement
from telemetry.report.show.charts.drawing import arm_colour
from telemetry.report.show.wording import (
    arm_name,
    bracketed,
    comparator,
    counted,
    explained,
    megabytes,
    milliseconds,
    points,
    short_name,
)


@pytest.mark.parametrize("say", [comparator, short_name, arm_name, explained, arm_colour])
def test_no_two_placements_are_called_alike(say: Callable[[Placement], str]) -> None:
    assert len(set(map(say, PLACEMENTS))) == len(PLACEMENTS)


@pytest.mark.parametrize(
    ("estimate", "text"),
    [
        ((412.4, 401.0, 423.0), "412 [401, 423]"),
        ((4.24, 3.6, 4.8), "4.2 [3.6, 4.8]"),
        ((0.081, -0.07, 0.23), "0.08 [-0.07, 0.23]"),
        ((-0.2, -3.0, 2.6), "0 [-3, 3]"),
        ((1234.5, None, None), "1234"),
        ((3.14, None, None), "3.14"),
    ],
)
def test_digits_are_those_that_the_interval_bears(
    estimate: tuple[float, float | None, float | None], text: str
) -> None:
    assert bracketed(*estimate) == text


def test_unit_stands_before_the_interval() -> None:
    assert milliseconds(412.4, 401, 423) == "412 ms [401, 423]"
    assert milliseconds(412.4, None, None) == "412 ms"


def test_megabytes_are_lambdas() -> None:
    assert megabytes(512 * 1024 * 1024) == "512.0 MB"
    assert megabytes(None) == "-"


def test_one_is_no_plural() -> None:
    assert [counted(number, "line") for number in (0, 1, 2)] == ["0 lines", "1 line", "2 lines"]


@pytest.mark.parametrize(
    ("share", "low", "high", "written"),
    [
        (0.25, 0.182, 0.319, "25.0 points [18.2, 31.9]"),
        (0.0, 0.0, 0.00025, "0 points [0, 0.025]"),
        (0.00001, 0.000002, 0.00004, "0.0010 points [0.0002, 0.0040]"),
        (-0.047, -0.0513, -0.042, "-4.70 points [-5.13, -4.20]"),
        (0.0, -0.1425, 0.1425, "0 points [-14, 14]"),
        (0.0001, None, None, "0.01 points"),
    ],
)
def test_small_shares_are_not_nothing(
    share: float, low: float | None, high: float | None, written: str
) -> None:
    assert points(share, low, high) == written
