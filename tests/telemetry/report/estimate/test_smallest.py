"""The smallest difference that matters."""

import pytest

from telemetry.report.errors import UnusableError
from telemetry.report.estimate.smallest import DEFAULT, Smallest, parse_smallest


def test_v10_a_difference_matters_that_is_at_least_both() -> None:
    assert (DEFAULT.of(20.0), DEFAULT.of(500.0)) == (1.0, 5.0)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2", Smallest(2, 0)),
        ("0.5ms", Smallest(0.5, 0)),
        ("3%", Smallest(0, 0.03)),
        ("1ms, 2%", Smallest(1, 0.02)),
        ("0", Smallest(0, 0)),
    ],
)
def test_it_is_written_in_ms_and_percent(text: str, found: Smallest) -> None:
    assert parse_smallest(text) == found


@pytest.mark.parametrize("text", ["", "-1", "1s", "nan", "1e9", "٣", "1,,2", "%"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(UnusableError, match="must be a number of ms"):
        parse_smallest(text)
