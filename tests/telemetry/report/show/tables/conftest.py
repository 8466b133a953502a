import pytest

from telemetry.report.show.verdict import Verdict
from tests.telemetry.report.reported import verdict_from
from tests.telemetry.report.simulation import Run

THREE_ARMS = {"init": 25, "first_invocation": 25, "every_invocation": 25}


@pytest.fixture(scope="module")
def verdict() -> Verdict:
    """Of a lab run with a line of the app's own."""
    return verdict_from([*Run(arms=THREE_ARMS).lines(), "some text"])


@pytest.fixture(scope="module")
def on_lambda() -> Verdict:
    return verdict_from(Run(arms=THREE_ARMS, lab=False).lines())
