from pathlib import Path
from typing import Any

import pytest
from botocore.stub import Stubber
from moto import mock_aws

from telemetry.report.__main__ import main
from telemetry.report.aws import doctor
from tests.telemetry.report.aws.conftest import LOGGING, TEMPLATE, deploy, put, record
from tests.telemetry.report.simulation import Run


def test_missing_stack_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with mock_aws():
        assert main(["doctor", "--stack", "nowhere"]) == 2
        assert "stack nowhere: " in capsys.readouterr().err


def test_stack_leads_to_its_records(logs: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    deploy(TEMPLATE)
    put(logs, Run(lab=False).lines())
    assert main(["--stack", "tickets", "--cache", str(tmp_path)]) == 0
    assert capsys.readouterr().out.startswith("Keeping the lifespan saves ")


@pytest.mark.parametrize(("level", "code"), [("INFO", 0), ("WARN", 1)])
def test_command_tells_whether_it_is_broken(
    level: str, code: int, logs: Any, functions: Stubber, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setitem(LOGGING, "SystemLogLevel", level)
    record(functions, [])
    cloudformation = deploy(TEMPLATE)
    clients = {"logs": logs, "lambda": functions.client, "cloudformation": cloudformation}
    monkeypatch.setattr(doctor, "client", clients.__getitem__)
    put(logs, Run(lab=False, arms={"init": 3}).lines())
    assert main(["doctor", "--stack", "tickets"]) == code
    out = capsys.readouterr().out
    assert "36 requests, 36 report lines since 1d" in " ".join(out.split())
    assert ("set both to INFO" in " ".join(out.split())) is (code == 1)
