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
