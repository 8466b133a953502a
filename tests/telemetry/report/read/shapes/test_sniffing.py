import pytest

from telemetry.report.read.shapes.prefixes import Prefix
from telemetry.report.read.shapes.sniffing import BARE, DOCKER, DOCUMENTS, EVENTS, TABLE, shape_of
from tests.telemetry.report.read.shapes.exported import SHAPES
from tests.telemetry.report.simulation import Run

LINES = Run(arms={"init": 1, "every_invocation": 1}, lab=False).lines()


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("bare", BARE),
        ("filtered", DOCUMENTS),
        ("each_event", EVENTS),
        ("docker", DOCKER),
        ("insights_csv", TABLE),
        ("tailed", "aws logs tail"),
        ("tailed_short", "time"),
        ("tailed_json", "aws logs tail"),
        ("sam", "sam logs"),
        ("console", "time"),
        ("firehose", DOCUMENTS),
        ("firehose_lines", DOCUMENTS),
        ("telemetry_api", DOCUMENTS),
        ("events_as_text", "aws logs --output text"),
        ("docker_compose", "docker compose logs"),
        ("messages_as_text", BARE),
        ("listed_records", DOCUMENTS),
        ("pretty_records", DOCUMENTS),
    ],
)
def test_shape_is_told_by_the_content(name: str, shape: str) -> None:
    found = shape_of(SHAPES[name](LINES))
    assert (found.name if isinstance(found, Prefix) else found) == shape


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\n\n",
        b"hello\n",
        b"[INFO]\thello\n",
        b'{"level":"INFO"}\n',
        b"[1, 2]\nhello\n",
        b"timestamp of the message\n",
        b'{"cut off: the log was rotated\n{"level":"INFO"}\n',
        b"\xff\xfe\0",
        b"REPORT RequestId: x\n",
    ],
)
def test_what_is_no_export_is_bare(head: bytes) -> None:
    assert shape_of(head) == BARE


def test_records_alone_in_another_shape_make_no_export_of_a_bare_log() -> None:
    records = [line for line in LINES if '"platform.' not in line]
    forged = SHAPES["tailed_short"](records * 15)
    assert shape_of(forged + SHAPES["bare"](LINES)) == BARE


def test_bare_records_and_platform_events_are_few_in_an_export() -> None:
    found = shape_of(SHAPES["tailed_short"](LINES * 5) + SHAPES["bare"](LINES))
    assert isinstance(found, Prefix)
