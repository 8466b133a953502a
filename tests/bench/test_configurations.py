"""Simulated runs of several configurations: intervals hold together, and the best one is taken."""

from bench.configurations import coverage, tables, taken


def test_intervals_hold_together_and_are_counted() -> None:
    found = coverage(("bimodal", 20, 8, 3), 15, (1,))
    assert found.runs == 15
    assert found.all_held >= 12
    assert 0 < found.width / found.runs < 3


def test_a_bill_that_is_half_as_large_is_called_best() -> None:
    found = taken("bimodal", (1.0, 2.0, 2.0), 10, (1,))
    assert (found.best, found.wrong) == (10, 0)


def test_of_equal_bills_hardly_any_is_called_best() -> None:
    found = taken("bimodal", (1.0, 1.0), 20, (2,))
    assert found.wrong == found.best <= 4


def test_tables_have_a_row_a_setting() -> None:
    text = tables([coverage(("skewed", 20, 8, 3), 2, (1,))], [taken("skewed", (1.0, 2.0), 2, (1,))])
    assert "| skewed | 20 | 8 | 3 | " in text
    assert "| skewed | 1, 2 | " in text
