"""A lab run of several memory sizes is compared at each of them, and its verdict says so."""

from telemetry.report.show.document import document
from tests.telemetry.report.reported import results_from, tables_of, verdict_from
from tests.telemetry.report.simulation import Run

ARMS = {"init": 20, "first_invocation": 20}


def at(memory_mb: int, *, lab: bool = True) -> list[str]:
    lines = Run(arms=ARMS, seed=memory_mb, lab=False, cpu="lambda").lines()
    told = Run(arms=ARMS, cpu="lambda").lines()[-1:] if lab else []
    return [line.replace('"memory_mb":512', f'"memory_mb":{memory_mb}') for line in lines] + told


def test_each_size_has_its_comparisons() -> None:
    both, alone = results_from([*at(512), *at(1024)]), results_from(at(1024))
    assert [within.settings.memory_mb for within in both.by_settings] == [512, 1024]
    assert both.by_settings[1].comparisons == alone.comparisons
    assert alone.by_settings == []


def test_comparisons_say_their_settings() -> None:
    verdict = verdict_from([*at(512), *at(1024)])
    found = document(verdict)["comparisons"]
    of_all = [one for one in found if "settings" not in one]
    assert found[: len(of_all)] == of_all
    assert [one["settings"]["memory_mb"] for one in found[len(of_all) :]] == (
        [512.0] * len(of_all) + [1024.0] * len(of_all)
    )
    assert [row[0] for row in tables_of(verdict)["by-memory"].rows] == ["512 MB", "1024 MB"]


def test_sizes_that_follow_each_other_on_lambda_are_strata_only() -> None:
    found = results_from([*at(512, lab=False), *at(1024, lab=False)])
    assert found.by_settings == []
    assert len(found.strata) == 2
