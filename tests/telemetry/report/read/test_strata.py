"""Which environments are alike in version and memory size."""

from telemetry.report.read.strata import strata_of
from tests.telemetry.report.log_streams import Stream, evidence_in


def strata(*streams: Stream) -> tuple[list[tuple[str | None, float | None, str | None]], list[int]]:
    evidence = evidence_in(streams)
    found = strata_of(evidence.ledger, evidence.totals.sums)
    assert {one.init_type for one in found.found} == {None}
    return [(one.version, one.memory_mb, one.weights) for one in found.found], found.of_unit.tolist()


def test_t12_one_version_and_size_are_one_stratum() -> None:
    assert strata(Stream("a").startup().request(), Stream("b").request()) == ([(None, 512.0, None)], [0, 0])


def test_t12_old_records_are_of_the_only_known_version() -> None:
    streams = Stream("a", version="3").startup().request(), Stream("b").startup().request()
    assert strata(*streams) == ([("3", 512.0, None)], [0, 0])


def test_t12_unknown_version_among_several_is_apart() -> None:
    streams = [Stream("a", version="10").startup().request(), Stream("b", version="9").startup().request()]
    found, of_unit = strata(*streams, Stream("c").startup().request())
    assert found == [(None, 512.0, None), ("9", 512.0, None), ("10", 512.0, None)]
    assert of_unit == [2, 1, 0]


def test_t12_platform_tells_the_memory_that_records_do_not() -> None:
    small, large = (Stream(name).startup().request(report=False) for name in "ab")
    small.report("a-p1-1", 6.0, 1000.0, memory_mb=512.0)
    large.report("b-p1-1", 6.0, 1000.0, memory_mb=2048.0)
    assert strata(small, large) == ([(None, 512.0, None), (None, 2048.0, None)], [0, 1])


def test_t12_environments_without_requests_are_in_none() -> None:
    assert strata(Stream("a", version="1").startup(), Stream("b", version="2").startup().request())[1] == [
        -1,
        0,
    ]
