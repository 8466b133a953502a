from tests.telemetry.report.reported import results_from
from tests.telemetry.report.simulation import Run


def test_state_stands_against_memory() -> None:
    state = results_from(Run().lines()).state
    assert (state.size_bytes, state.methods, state.native_bytes) == (48e6, {"rss": 50}, 30e6)
    assert (state.share_of_memory, state.memory_mb, state.used_mb) == (9.1, 512, 130)


def test_platform_tells_the_memory_where_startups_do_not() -> None:
    lines = [line.replace('"memory_mb":512', '"memory_mb":null') for line in Run(lab=False).lines()]
    assert results_from(lines).state.memory_mb == 512
