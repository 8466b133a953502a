import json

from tests.telemetry.report.reported import results_from
from tests.telemetry.report.simulation import Run


def test_billing_without_init_is_counted() -> None:
    lines = []
    for line in Run(arms={"init": 25}).lines():
        record = json.loads(line)
        if record.get("type") == "platform.report":
            record["record"]["metrics"]["billedDurationMs"] = record["record"]["metrics"]["durationMs"]
        lines.append(json.dumps(record))
    assert results_from(lines).basis.billed_without_init == 25
