"""What the driver does right is needed: without it, a run against the loopback fails."""

from typing import Any

import pytest

from telemetry.lab.aws import measurement
from telemetry.lab.aws.function import Function
from telemetry.lab.aws.sending import Target
from tests.lambda_api.loopback import change
from tests.telemetry.lab.aws.conftest import Lab
from tests.telemetry.lab.aws.twins import Twin

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def test_a_driver_that_does_not_wait_fails(
    twin: Twin, lab: Lab, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    change(twin.account.endpoint, delays={"publish": 3600})
    with monkeypatch.context() as without:
        without.setattr(Function, "at_rest", Function.read)
        assert lab() == 1
    assert "ResourceConflictException" in capsys.readouterr().err


@pytest.mark.parametrize("qualifier", ["$LATEST", "1"])
def test_a_driver_that_invokes_another_version_fails(
    twin: Twin,
    lab: Lab,
    qualifier: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def wrong(function: str, _: str, version: str) -> Target:
        return Target(function, qualifier, version)

    with monkeypatch.context() as without:
        without.setattr(measurement, "Target", wrong)
        assert lab() == 1
    assert f"Lambda ran version {qualifier}" in capsys.readouterr().err
    assert twin.is_clean()


def test_a_driver_without_revisions_overwrites_what_others_did(
    twin: Twin, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So the test of `test_faults` that somebody changes the function in between can fail."""
    update = Function._update

    def without_revision(self: Function, before: Any, wanted: Any) -> None:
        if before.memory_mb != 256:
            twin.account.update(twin.name, MemorySize=256)
            before = self.read()
        update(self, before, wanted)

    with monkeypatch.context() as without:
        without.setattr(Function, "_update", without_revision)
        assert lab("--memory", 512) == 0
    assert twin.changeable()[0] != 256
