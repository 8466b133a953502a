"""A vendor's layer wraps the handler: it imports ours, and calls it."""

import json
from pathlib import Path

import pytest

from telemetry.lab.__main__ import main

WRAPPER = """
import importlib, os

module, _, name = os.environ["VENDOR_LAMBDA_HANDLER"].rpartition(".")
wrapped = getattr(importlib.import_module(module), name)

def handler(event, context):
    return wrapped(event, context)
"""
EVENTS = Path(__file__).parents[2] / "{{cookiecutter.project_slug}}" / "events"


def test_startup_stays_in_init(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "vendor_lambda.py").write_text(WRAPPER, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    code = main(
        [
            *("--handler", "vendor_lambda.handler", "--environments", "1", "--invocations", "2"),
            *("--no-warm-up", "--event", str(EVENTS / "read-ticket.json")),
            *("--table", str(EVENTS / "tickets-table.json")),
            *("--env", "VENDOR_LAMBDA_HANDLER=service.handler.handler", "TICKETS_TABLE=tickets"),
            *("OTEL_SDK_DISABLED=true", "AWS_XRAY_DAEMON_ADDRESS=127.0.0.1:9"),
        ]
    )
    lines = [json.loads(line) for line in (tmp_path / "records.jsonl").read_text().splitlines()]
    (startup,) = [line for line in lines if line.get("record") == "startup"]
    assert code == 0
    assert startup["phase"] == "init"
    assert len([line for line in lines if line.get("record") == "invocation"]) == 2
