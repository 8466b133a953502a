import json
from pathlib import Path

import pytest

from telemetry.lab.__main__ import main
from tests.telemetry.lab.apps import TABLE
from tests.telemetry.lab.conftest import Lab


def test_function_reads_the_seeded_table(lab: Lab, here: Path) -> None:
    (here / "table.json").write_text(json.dumps(TABLE), encoding="utf-8")
    run = lab(
        *("--table", "table.json", "--env", "THINGS=things", "--environments", 1, "--invocations", 1),
        handler="""
            import json, os
            import boto3
            table = boto3.resource("dynamodb").Table(os.environ["THINGS"])
            def handler(event, context):
                item = table.get_item(Key={"id": "a"})["Item"]
                where = os.environ["AWS_ENDPOINT_URL_DYNAMODB"]
                print(json.dumps({"record": "item", "n": int(item["n"]), "where": where}))
                return {"statusCode": 200}
        """,
    )
    assert run.code == 0, run.stderr
    item = run.records("item")[0]
    assert item["n"] == 7
    assert item["where"].startswith("http://127.0.0.1:")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "table.json: Expecting"),
        ("[]", "table.json: expected {"),
        ('{"TableName": "t"}', "the definition has no KeySchema, AttributeDefinitions"),
        (json.dumps({**TABLE, "KeySchema": 1}), "Invalid type for parameter KeySchema"),
        (json.dumps({**TABLE, "Items": [{"id": {"N": "1"}}]}), "mismatch"),
    ],
)
def test_bad_definition(here: Path, capsys: pytest.CaptureFixture[str], text: str, reason: str) -> None:
    (here / "table.json").write_text(text, encoding="utf-8")
    assert main(["--table", "table.json"]) == 2
    complained = capsys.readouterr().err
    assert complained.startswith("lab: --table: ")
    assert reason in complained
