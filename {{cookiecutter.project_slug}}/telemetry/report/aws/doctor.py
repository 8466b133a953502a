"""Examine a deployment: its configuration, and what its last records say."""

from datetime import UTC, datetime
from typing import Final

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from telemetry.report.aws.checks import Check, Recent, State, checks
from telemetry.report.aws.clients import client
from telemetry.report.aws.deployment import deployment_of
from telemetry.report.aws.log_group import fetched
from telemetry.report.aws.period import period
from telemetry.report.aws.stack import stack_of
from telemetry.report.evidence import Evidence, entered
from telemetry.report.ledger import Ledger
from telemetry.report.reading import Reader

FINE, BROKEN = 0, 1
STYLES: Final[dict[State, str]] = {"ok": "green", "look": "yellow", "broken": "red"}


def examine(stack: str, since: str, console: Console) -> int:
    """Print what was found; the exit code says whether something is broken.

    Raises:
        UnusableError: The stack is not there, or AWS refuses.
    """
    when, logs = period(since, None, datetime.now(UTC)), client("logs")
    deployment = deployment_of(stack_of(client("cloudformation"), stack), client("lambda"), logs)
    ledger = Ledger()
    reader = Reader(ledger)
    for window in when.windows():
        reader.read(fetched(logs, deployment.log_group, window))
    found = list(checks(deployment, recent_of(entered(ledger, reader, [deployment.log_group]), since)))
    console.print(_table(found), width=min(console.width, 110))
    return BROKEN if any(check.state == "broken" for check in found) else FINE


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


def _table(found: list[Check]) -> Table:
    table = Table("", "", "found", "what to do", box=SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for check in found:
        state = Text(check.state, style=STYLES[check.state])
        table.add_row(Text(check.what), state, Text(check.found), Text(check.advice))
    return table
