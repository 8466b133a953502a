from telemetry.report.choose.choice import BreakEven, break_even_share


def test_share_of_all_the_time_and_more_is_never() -> None:
    """As in Frankfurt: a provisioned second costs more than a busy one saves."""
    assert "more than 80 % of the time" in break_even_share(BreakEven(4.0, 5.0, 0.8))
    assert "never cheaper" in break_even_share(BreakEven(6.0, 5.0, 1.01))
