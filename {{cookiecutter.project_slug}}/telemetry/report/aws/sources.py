"""From what the command line names on AWS to what a verdict rests on."""

from collections.abc import Iterator
from pathlib import Path

from telemetry.report.aws.aggregates import Aggregates
from telemetry.report.aws.cache import Cache, default_folder
from telemetry.report.aws.clients import client
from telemetry.report.aws.insights import ENVIRONMENTS, REQUESTS, Insights
from telemetry.report.aws.log_group import group_arn, log_group_lines
from telemetry.report.aws.period import Period
from telemetry.report.aws.stack import stack_of
from telemetry.report.errors import UnusableError
from telemetry.report.evidence import Evidence, Source
from telemetry.report.ledger import printable
from telemetry.report.model import Input
from telemetry.report.startup import loads_of
from telemetry.report.wording import counted

REMARK = (
    "summed up by Logs Insights, environment by environment: startups, resources, state, start classes, "
    "percentiles and failed requests need the records themselves (--engine download)"
)
COLLECTED = (
    "{} that share a record (LIFESPAN_WRITE_EVERY) are in no figure: the means are too high, as Logs "
    "Insights cannot take it apart; --engine download can"
)


def groups_of(stacks: list[str], groups: list[str]) -> list[str]:
    """Return the log groups of stacks, and those named.

    Raises:
        UnusableError: A stack is not there.
    """
    found = [stack_of(client("cloudformation"), name).log_group for name in stacks]
    return list(dict.fromkeys([*found, *groups]))


def downloaded(groups: list[str], when: Period, cache: Path | None) -> Iterator[Source]:
    """Give each group as lines, which are fetched as they are read.

    Raises:
        UnusableError: A group is not there.
    """
    logs = client("logs")
    for group in groups:
        kept = Cache(cache or default_folder(), group_arn(logs, group))
        yield Source(_name(group, when), log_group_lines(logs, group, when, kept))


def summed(groups: list[str], when: Period, service: str | None) -> Evidence:
    """Let Logs Insights sum up each environment.

    Raises:
        UnusableError: CloudWatch refuses, or nothing, or several services, are in the logs.
    """
    logs = client("logs")
    found = Aggregates(service)
    for group in groups:
        asked = Insights(logs, group)
        found.add_environments(asked.rows(ENVIRONMENTS, when))
        found.add_requests(asked.rows(REQUESTS, when))
    names = [_name(group, when) for group in groups]
    services = found.ledger.services
    if not services:
        raise UnusableError(f"no records in {', '.join(names)}.")
    if (service is None and len(services) > 1) or (service is not None and service not in services):
        listed = ", ".join(map(printable, services))
        raise UnusableError(f"{', '.join(names)}: records of {listed}. Choose one with --service NAME.")
    totals = found.totals()
    read = Input(names, 0, {"invocation": found.requests}, {}, {}, {}, totals.unreported, 0)
    apart = [COLLECTED.format(counted(found.collected, "warm request"))] if found.collected else []
    return Evidence(found.ledger, totals, loads_of(found.ledger), read, (REMARK, *apart))


def _name(group: str, when: Period) -> str:
    return f"{group}, {when}"
