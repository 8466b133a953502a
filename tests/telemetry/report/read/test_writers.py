import msgspec

from telemetry.report.read.origin import Origin, environment_of
from telemetry.report.read.records import Record
from telemetry.report.read.writers import Writers
from tests.telemetry.report.read.test_reader import INVOCATION

STREAM, OTHER = "2026/11/24/[7]a", "2026/11/24/[7]b"


def record(environment: str, start: str = "warm") -> Record:
    found: Record = msgspec.convert(INVOCATION | {"environment": environment, "start": start}, Record)
    return found


def test_stream_that_is_not_known_contradicts_nothing() -> None:
    writers = Writers()
    assert writers.agree(record("abc"), Origin())
    assert not writers.contradict(record("abc"), Origin())


def test_id_that_goes_with_no_stream_is_believed_where_nothing_else_is_in_it() -> None:
    writers = Writers()
    assert not writers.agree(record("abc"), Origin(stream=STREAM))
    assert not writers.contradict(record("abc"), Origin(stream=STREAM))


def test_second_id_in_a_stream_and_second_stream_of_an_id_contradict() -> None:
    writers, mine = Writers(), record(environment_of(STREAM))
    assert writers.agree(mine, Origin(stream=STREAM))
    assert writers.contradict(record("abc"), Origin(stream=STREAM))
    assert writers.contradict(mine, Origin(stream=OTHER))


def test_restored_environments_draw_their_ids() -> None:
    writers = Writers()
    assert writers.agree(record(environment_of(STREAM)), Origin(stream=STREAM))
    assert not writers.agree(record("abc", "snapstart"), Origin(stream=STREAM))
    assert not writers.contradict(record("abc", "snapstart"), Origin(stream=STREAM))
