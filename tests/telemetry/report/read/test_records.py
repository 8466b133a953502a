import msgspec
import pytest

from telemetry import schema
from telemetry.report.read.records import KINDS

NAMES = {value for value in vars(schema).values() if isinstance(value, str)} | {
    metric.name for metric in schema.METRICS
}
LAB_ONLY = {
    "app", "run", "imports", "timeout_s", "host", "cpu", "sent", "complete", "load", "invocations_by_arm",
    "where", "region", "architecture", "init_types",
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_fields_are_the_schemas(kind: str) -> None:
    fields = {field.encode_name for field in msgspec.structs.fields(KINDS[kind])}
    assert fields - NAMES <= (LAB_ONLY if kind == schema.LAB else set())
