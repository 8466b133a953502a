import pytest

from bench.choose_decisions import IN_FAMILY, Decided, decided, table
from telemetry.report.estimate.configurations.preference import PREFERENCES


@pytest.mark.slow
def test_what_is_recommended_for_a_fleet_is_held_against_its_next_days() -> None:
    found = list(decided(IN_FAMILY[0], 1000))
    assert [one.prefer for one in found] == list(PREFERENCES)
    assert all(one.recommended for one in found)
    assert all(one.worse >= 0 for one in found)
    assert found[0].worse == 0, "the cheapest option of this fleet is beyond doubt"


def test_table_counts_what_was_worse_and_not_doubted() -> None:
    found = [
        Decided("cost", None, doubted=False, worse=0.0),
        Decided("cost", "on demand, init", doubted=False, worse=0.0),
        Decided("cost", "on demand, init", doubted=True, worse=0.2),
        Decided("cost", "provisioned 1", doubted=False, worse=0.1),
    ]
    cost, *others = table(found)
    assert cost == ("cost", "4", "1", "1 of 3", "1 of 3", "1 of 3", "20.0 %")
    assert [row[1] for row in others] == ["0"] * (len(PREFERENCES) - 1)
