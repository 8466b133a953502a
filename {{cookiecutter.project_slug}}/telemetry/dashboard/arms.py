"""The last row, while an experiment runs: its arms side by side."""

from adapter.placement import PLACEMENTS
from telemetry.dashboard.layout import Row
from telemetry.dashboard.line import of
from telemetry.dashboard.stack import ARM_ALARMS, EXPERIMENT, FAILED_REQUESTS, NAMESPACE, SERVICE_NAME
from telemetry.dashboard.widget import Choice, Line, alarms, graph, text
from telemetry.schema import INVOCATION_DURATION, PLACEMENT, SERVICE

ARMS = PLACEMENTS


def arms() -> Row:
    """Return the row; without an experiment it is not there."""
    words = text(
        4,
        "## Experiment",
        "Environments were dealt to these placements by chance.",
        "A mean is over all requests of an arm, its cold ones too, without INIT.",
        "Judge by the report: it adds INIT, and it has an interval.",
    )
    mean = [_of_arm(INVOCATION_DURATION.name, "Average", arm) for arm in ARMS]
    worst = [_of_arm(INVOCATION_DURATION.name, "p99", arm) for arm in ARMS]
    failed = [_of_arm(FAILED_REQUESTS, "Sum", arm) for arm in ARMS]
    widgets = (
        words,
        graph(5, "Invocation, mean", "ms", mean),
        graph(5, "Invocation, p99", "ms", worst),
        graph(5, "Failed requests", "requests", failed),
        alarms(5, "Alarms of the arms", ARM_ALARMS),
    )
    return Row(6, (Choice("Arms", EXPERIMENT, widgets),))


def _of_arm(metric: str, stat: str, arm: str) -> Line:
    return of(NAMESPACE, metric, stat, arm, **{SERVICE: SERVICE_NAME, PLACEMENT: arm})
