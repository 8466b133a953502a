import random

import pytest
from scipy.stats import wilcoxon

from telemetry.lab.imports.signed_rank import FEWEST, shift


@pytest.mark.parametrize("count", [FEWEST, 10, 20])
def test_interval_is_where_the_test_stops_to_reject(count: int) -> None:
    draw = random.Random(count)  # noqa: S311
    differences = [draw.gauss(3, 2) for _ in range(count)]
    found = shift(differences)
    for end, outwards in ((found.low, -1e-9), (found.high, 1e-9)):
        inside, outside = end - outwards, end + outwards
        assert wilcoxon([each - inside for each in differences], method="exact").pvalue > 0.05
        assert wilcoxon([each - outside for each in differences], method="exact").pvalue <= 0.05


def test_few_disturbed_pairs_move_it_little() -> None:
    calm = [10.0 + step / 10 for step in range(20)]
    disturbed = [*calm[:18], 900.0, -900.0]
    assert shift(disturbed).value == pytest.approx(shift(calm).value, abs=0.5)
    assert shift(disturbed).low > 0


def test_interval_holds_the_truth_as_often_as_it_says() -> None:
    draw = random.Random(1)  # noqa: S311
    runs = [shift([draw.expovariate(1) - draw.expovariate(1) + 5 for _ in range(12)]) for _ in range(2000)]
    held = sum(found.low <= 5 <= found.high for found in runs) / len(runs)
    assert 0.945 <= held <= 0.975
