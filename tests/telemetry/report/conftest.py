"""Every verdict that these tests make in this process is held against its schema."""

from functools import wraps

from telemetry.report import __main__ as command
from telemetry.report.estimate.results import Results
from telemetry.report.show import verdict as module
from telemetry.report.show.document import document
from telemetry.report.show.made import Made
from telemetry.report.show.verdict import Verdict
from tests.telemetry.report.schemas import faults


def pytest_configure() -> None:
    """Replace `verdict_of` before any test module imports it by name."""
    original = module.verdict_of

    @wraps(original)
    def verdict_of(results: Results, made: Made | None = None) -> Verdict:
        found = original(results, made)
        assert faults(document(found)) == []
        return found

    for place in (module, command):
        place.verdict_of = verdict_of  # type: ignore[attr-defined]  # imported there, not exported
