import pytest

from tests.plotted import Series, plotted, spelled_out

FIRST = ["Shop", "OrdersPlaced", "service", "orders", {"label": "placed"}]


@pytest.mark.parametrize(
    ("abbreviated", "expected"),
    [
        (["...", {"stat": "p99"}], ["Shop", "OrdersPlaced", "service", "orders", {"stat": "p99"}]),
        (["...", "stock"], ["Shop", "OrdersPlaced", "service", "stock", {}]),
        ([".", "OrdersSent", ".", "."], ["Shop", "OrdersSent", "service", "orders", {}]),
        ([{"expression": "100 * m1"}], [{"expression": "100 * m1"}]),
    ],
)
def test_abbreviations_are_spelled_out(abbreviated: list[object], expected: list[object]) -> None:
    assert list(spelled_out([FIRST, abbreviated])) == [FIRST, expected]


def test_expression_between_is_no_line_above() -> None:
    *_, last = spelled_out([FIRST, [{"expression": "100 * m1"}], ["...", "stock"]])
    assert last == ["Shop", "OrdersPlaced", "service", "stock", {}]


def test_series_of_abbreviated_lines() -> None:
    graph = {"type": "metric", "properties": {"metrics": [FIRST, [".", "OrdersSent", ".", "."]]}}
    assert plotted({"widgets": [graph, {"type": "text"}]}) == {
        Series("Shop", name, frozenset({"service"})) for name in ("OrdersPlaced", "OrdersSent")
    }
