import pytest

from telemetry.report.read.origin import Message, Origin
from telemetry.report.read.shapes.prefixes import PREFIXES, messages
from telemetry.report.read.skipped import NOT_JSON, TEXT, Skip

STREAM = "2026/11/24/[$LATEST]0123456789abcdef0123456789abcdef"
AT = 1_795_478_400_000.0
BY_NAME = {prefix.name: prefix for prefix in PREFIXES}


@pytest.mark.parametrize(
    ("tool", "before", "origin"),
    [
        ("aws logs tail", f"2026-11-24T00:00:00.000000+00:00 {STREAM} ", Origin(None, STREAM, AT)),
        (
            "aws logs tail",
            f"\x1b[32m2026-11-24T00:00:00+00:00\x1b[0m \x1b[36m{STREAM}\x1b[0m ",
            Origin(None, STREAM, AT),
        ),
        ("sam logs", f"{STREAM} 2026-11-24T00:00:00.000000 ", Origin(None, STREAM, AT)),
        ("time", "2026-11-24T00:00:00 ", Origin(None, None, AT)),
        ("time", "2026-11-24T01:00:00.000+01:00\t", Origin(None, None, AT)),
        ("time", "2026-11-24T00:00:00.000000000Z ", Origin(None, None, AT)),
        ("time", "2026-11-24 00:00:00,000 ", Origin(None, None, AT)),
        ("time", "2026-99-99T00:00:00Z ", Origin()),
        ("docker compose logs", "app-1  | ", Origin()),
        ("aws logs --output text", f"EVENTS\t{1:056d}\t1795478400000\t{STREAM}\t", Origin(None, STREAM)),
        ("aws logs --output text", "EVENTS\t1795478400000\t", Origin()),
    ],
)
def test_prefix_tells_the_origin(tool: str, before: str, origin: Origin) -> None:
    assert BY_NAME[tool].taken_off(f"{before}the line".encode()) == Message(b"the line", origin)


def test_stream_of_a_shared_log_group_has_the_functions_name() -> None:
    stream = f"2026/11/24/tickets-prod[7]{'a' * 32}"
    found = BY_NAME["sam logs"].taken_off(f"{stream} 2026-11-24T00:00:00 x".encode())
    assert found is not None
    assert found.origin.stream == stream


def test_time_after_the_line_is_taken_off() -> None:
    found = BY_NAME["aws logs --output text"].taken_off(b"EVENTS\t1795478400000\tthe line\t1795478400000")
    assert found is not None
    assert found.text == b"the line"


def test_spread_object_is_put_together_and_a_cut_one_counted() -> None:
    before = f"{STREAM} 2026-11-24T00:00:00 "
    text = f'{before}{{\n  "a": {{\n  }}\n}}\nmore\n{before}{{\n  "b": 1\n{before}line\n{before}{{\n'
    found = list(messages(iter(text.encode().split(b"\n")), BY_NAME["sam logs"]))
    assert [line if isinstance(line, Skip) else line.text for line in found] == [
        b'{\n  "a": {\n  }\n}', TEXT, NOT_JSON, b"line", NOT_JSON,
    ]  # fmt: skip
