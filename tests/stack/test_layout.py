import pytest

from telemetry.dashboard.layout import PlacedChoice, Row, placed
from telemetry.dashboard.widget import Choice, text


def test_rows_go_down_and_right() -> None:
    found = placed([Row(3, (text(4, "a"), text(5, "b"))), Row(2, (text(24, "c"),))])
    places = [
        (item["x"], item["y"], item["width"], item["height"]) for item in found if isinstance(item, dict)
    ]
    assert places == [(0, 0, 4, 3), (4, 0, 5, 3), (0, 3, 24, 2)]


def test_choice_takes_its_place() -> None:
    choice = Choice("Door", "HttpApiOn", (text(2, "a"), text(3, "b")), (text(5, "c"),))
    chosen, after = placed([Row(3, (choice, text(4, "d")))])
    assert isinstance(chosen, PlacedChoice)
    assert [widget["x"] for widget in chosen.then] == [0, 2]
    assert [widget["x"] for widget in chosen.otherwise] == [0]
    assert isinstance(after, dict)
    assert after["x"] == 5


def test_row_too_wide() -> None:
    with pytest.raises(ValueError, match="a row of 25 columns"):
        placed([Row(3, (text(20, "a"), text(5, "b")))])
