"""Any bytes: no traceback, no endless work, each line accounted for, and no app that changes a number."""

import gzip
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from telemetry.report.errors import UnusableError
from telemetry.report.read.evidence import evidence_of
from telemetry.report.read.lines import lines_of, source_of
from telemetry.report.read.skipped import TOO_LONG
from tests.telemetry.report.read.shapes.exported import JSON_ONLY, SHAPES
from tests.telemetry.report.read.test_forgery import CASES, numbers, read
from tests.telemetry.report.simulation import Run

SMALL = Run(arms={"init": 1, "every_invocation": 1}, invocations=2)
LINES = SMALL.lines()
TEXT = Run(arms={"init": 1, "every_invocation": 1}, invocations=2, text_reports=True, lab=False).lines()
FIELD_CASES = [case[:2000] for case in CASES.values()]
CORPUS = [
    *[make(LINES) for make in SHAPES.values()],
    *[make([*TEXT, *FIELD_CASES]) for name, make in SHAPES.items() if name not in JSON_ONLY],
]
TOKENS = [
    b"1e300",
    b"-1",
    b"NaN",
    b"Infinity",
    b"9" * 400,
    b"1" + b"0" * 20,
    b"null",
    b"true",
    b'"',
    b"\\",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"\n",
    b"\r\n",
    b"\t",
    b" ",
    b"\0",
    b"\xff",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\x1f\x8b\x08",
    b"\x1b[31m",
    b"\\ud800",
    b'{"a":' * 600,
    b"[" * 600,
    b'{"events":[',
    b'"record":"invocation"',
    b'"type":"platform.report"',
    b"REPORT RequestId: ",
    b"EVENTS\t",
    b"2026-11-24T00:00:00Z ",
    b'"v":99',
    b'"durationMs":1e300',
    b'"memory_mb":0',
    b'"service":"other"',
    b"}{",
    b'"message":"',
    b"@message,",
]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """Take a log out of the corpus, and damage it some times."""
    content = bytearray(draw(st.sampled_from(CORPUS)))
    for _ in range(draw(st.integers(0, 6))):
        start = draw(st.integers(0, len(content)))
        end = min(len(content), start + draw(st.integers(0, 400)))
        match draw(st.integers(0, 6)):
            case 0:
                content[start : start + 1] = draw(st.binary(min_size=1, max_size=4))
            case 1:
                del content[start:]
            case 2:
                del content[start:end]
            case 3:
                content[start:start] = content[start:end] * draw(st.integers(1, 4))
            case 4:
                at = draw(st.integers(0, len(content)))
                content[at:at] = content[start:end]
            case 5:
                content[start:start] = draw(st.sampled_from(TOKENS))
            case 6:
                content += draw(st.sampled_from(CORPUS))[: draw(st.integers(0, 3000))]
    return gzip.compress(bytes(content), 1) if draw(st.integers(0, 9)) == 0 else bytes(content)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz") / "log"


def must_survive(path: Path, content: bytes) -> None:
    """Read it from a file; the one way to fail is to say why. Each line was entered, or has its reason."""
    path.write_bytes(content)
    try:
        found = evidence_of([source_of(str(path))], "tickets").read
    except UnusableError:
        return
    counts = (found.records, found.malformed, found.others)
    assert found.lines == sum(sum(count.values()) for count in counts)


def app_lines() -> st.SearchStrategy[str]:
    """Lines as an app writes them by `print` and by `logging`, in both of Lambda's formats."""
    text = st.text(max_size=60) | st.sampled_from([case for case in FIELD_CASES if not case.startswith("{")])
    words = text.map(lambda it: it.replace("\n", " ").replace("\r", " "))
    values = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | text | st.sampled_from(LINES),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
        max_leaves=6,
    )
    logged = values.map(
        lambda it: json.dumps({"timestamp": "2026-11-24T00:00:00Z", "level": "INFO", "message": it})
    )
    return st.one_of(
        words.map("app: {}".format),
        words.map("[INFO]\t2026-11-24T00:00:00.000Z\t8f5e\t{}".format),
        words.map("2026-11-24 00:00:00,123 INFO {}".format),
        logged,
        values.map(lambda it: json.dumps({"event": it, "service": "tickets"})),
        st.sampled_from(FIELD_CASES),
    )


def property_of_app_lines(lines: Sequence[str], places: Sequence[int], shape: str) -> None:
    mixed = list(LINES)
    for line, place in zip(lines, places, strict=True):
        mixed.insert(place % (len(mixed) + 1), line)
    assert numbers(read(mixed, shape)) == numbers(read(LINES))


SOME_LINES = st.lists(app_lines(), min_size=1, max_size=8)
SOME_SHAPES = st.sampled_from(
    sorted(set(SHAPES) - JSON_ONLY - {"messages_as_text", "docker_compose", "console"})
)
FAST = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
LONG = settings(max_examples=5_000, deadline=None, suppress_health_check=list(HealthCheck))


@FAST
@given(mutated())
def test_damaged_log_is_read_or_refused(path: Path, content: bytes) -> None:
    must_survive(path, content)


@FAST
@given(SOME_LINES, st.data(), SOME_SHAPES)
def test_lines_of_an_app_change_no_number(lines: list[str], data: st.DataObject, shape: str) -> None:
    places = data.draw(st.lists(st.integers(0, 100), min_size=len(lines), max_size=len(lines)))
    property_of_app_lines(lines, places, shape)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@LONG
@given(mutated())
def test_damaged_log_is_read_or_refused_many_times(path: Path, content: bytes) -> None:
    must_survive(path, content)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@LONG
@given(SOME_LINES, st.data(), SOME_SHAPES)
def test_lines_of_an_app_change_no_number_many_times(
    lines: list[str], data: st.DataObject, shape: str
) -> None:
    places = data.draw(st.lists(st.integers(0, 100), min_size=len(lines), max_size=len(lines)))
    property_of_app_lines(lines, places, shape)


MEGABYTE = 2**20
REPEATED = [
    b"Aa ",
    b"a",
    b"9",
    b" ",
    b"\t",
    b"[",
    b"]",
    b"{}",
    b'{"a":',
    b'"',
    b"\\",
    b"\0",
    b"\xff",
    b"@message,",
    b"\x1b[0m",
    b'"platform.',
    b"\tDuration: 1.00 ms",
    b"REPORT RequestId: ",
    b"2026-11-24T00:00:00 ",
    b"EVENTS\t",
    b'{"events":[',
    b'{"messageType":"',
    b"[$LATEST]",
    b"\x1f\x8b\x08",
    b"1,",
    b"[[{",
    b"a-1  | ",
]
BEGINNINGS = [
    b"",
    b"REPORT RequestId: x\t",
    b"INIT_REPORT ",
    b'{"record":"invocation","touched":',
    b'{"time":"',
    b"2026-11-24T",
    b"2026/11/24/",
    b'{"events":[{"message":"',
    b"@timestamp,@message\n",
    b"EVENTS\t",
    b'{"log":"',
    b"[",
    b'{"a":',
]


@pytest.mark.parametrize("beginning", [pytest.param(b"", marks=pytest.mark.slow), *BEGINNINGS[1:]])
def test_t1_line_of_a_megabyte_takes_no_long_time(path: Path, beginning: bytes) -> None:
    """All of them take seconds; one of them took two minutes, twice what a test may take."""
    for repeated in REPEATED:
        line = beginning + repeated * (MEGABYTE // len(repeated))
        must_survive(path, line)
        must_survive(path, "\n".join(LINES).encode() + b"\n" + line)


def test_endless_line_is_not_kept(path: Path) -> None:
    with path.open("wb") as file:
        file.write(LINES[0].encode() + b"\n")
        for _ in range(20):
            file.write(b"a" * MEGABYTE)
        file.write(b"\n" + LINES[1].encode())
    found = [some for some in lines_of(str(path)) if some]
    assert found == [[LINES[0].encode() + b"\n"], TOO_LONG, [LINES[1].encode()]]
