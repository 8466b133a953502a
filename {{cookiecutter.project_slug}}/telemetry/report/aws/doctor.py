"""Examine a deployment: its configuration, and what its last records say."""

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from telemetry.report.aws.checks import Check, Recent, checks
from telemetry.report.aws.clients import client
from telemetry.report.aws.deployment import Deployment, deployment_of
from telemetry.report.aws.log_group import fetched
from telemetry.report.aws.period import period
from telemetry.report.aws.stack import stack_of
from telemetry.report.read.evidence import Evidence, summed
from telemetry.report.read.ledger import Ledger
from telemetry.report.read.reader import Reader


@dataclass(frozen=True, slots=True)
class Examination:
    """What was examined, and what was found."""

    deployment: Deployment
    recent: Recent
    checks: list[Check]

    @property
    def broken(self) -> bool:
        """Something keeps the deployment from being measured."""
        return any(check.state == "broken" for check in self.checks)


def examine(stack: str, since: str) -> Examination:
    """Look at the deployment of a stack, and at the records that it wrote since then.

    Raises:
        UnusableError: The stack is not there, or AWS refuses.
    """
    when, logs = period(since, None, datetime.now(UTC)), client("logs")
    deployment = deployment_of(stack_of(client("cloudformation"), stack), client("lambda"), logs)
    ledger = Ledger()
    reader = Reader(ledger)
    for window in when.windows():
        reader.read(fetched(logs, deployment.log_group, window))
    recent = recent_of(summed(ledger, reader, [deployment.log_group]), since)
    return Examination(deployment, recent, list(checks(deployment, recent)))


def recent_of(evidence: Evidence, since: str) -> Recent:
    """Sum up what the last records say."""
    startups = evidence.loads.startups
    in_init = startups[startups["in_init"] == 1]
    whole = in_init["wall"] + np.nan_to_num(in_init["init"])
    return Recent(
        since=since,
        requests=int(evidence.totals.sums.n.sum()),
        reports=int(evidence.totals.sums.billed_n.sum()),
        placements=frozenset(unit.placement for unit in evidence.ledger.units),
        slowest_startup_ms=float(startups["wall"].max()) if len(startups) else None,
        slowest_init_ms=float(whole.max()) if len(whole) else None,
    )
