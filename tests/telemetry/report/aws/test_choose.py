"""`python -m telemetry choose --stack`: the traffic of a deployment."""

import json
from pathlib import Path
from typing import Any

import pytest

from bench.choose_fleets import Shape
from telemetry.report.choose.__main__ import main
from tests.telemetry.report.aws.conftest import TEMPLATE, deploy, put
from tests.telemetry.report.choose.fleet import FIXED, log


def test_stack_leads_to_its_traffic(logs: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    deploy(TEMPLATE)
    put(logs, log(1, FIXED, Shape(rate=0.01, swing=0.8, bursts_per_day=4, service=0.4)).splitlines())
    cache = ("--cache", str(tmp_path), "--since", "6h")
    assert main(["--stack", "tickets", *cache, "--pool", "published", "--json", "-"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["options"][0]["source"] == "this traffic"
    assert found["traffic"]["per_second"] == pytest.approx(0.01, rel=0.5)
    assert found["pool"]["source"] == "published"
