"""What the command line names on AWS: as lines to download, or as evidence that CloudWatch summed up."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from telemetry.report.aws.aggregates import Aggregates
from telemetry.report.aws.cache import Cache, default_folder
from telemetry.report.aws.clients import client, explained
from telemetry.report.aws.insights import ENVIRONMENTS, REQUESTS, Insights
from telemetry.report.aws.log_group import group_arn, log_group_lines
from telemetry.report.aws.period import Period
from telemetry.report.aws.stack import stack_of
from telemetry.report.errors import UnusableError
from telemetry.report.read.evidence import Evidence, Input
from telemetry.report.read.lines import Source
from telemetry.report.read.loads import loads_of
from telemetry.report.read.mixtures import must_hold_one_service


class Place(NamedTuple):
    """Where functions run, and on what: what prices go by."""

    region: str
    architecture: str | None
    """None where AWS does not tell it, or where there are several."""
    why: str = ""
    """Why it is not known."""


def place_of(stacks: list[str]) -> Place:
    """Look up the region, and the architecture of the stacks' functions.

    Raises:
        UnusableError: A stack is not there.
    """
    functions, cloudformation = client("lambda"), client("cloudformation")
    names = [stack_of(cloudformation, name).function for name in stacks]
    region = str(functions.meta.region_name)
    try:
        found = {_architecture(functions, name) for name in names}
    except UnusableError as error:  # the records can be read all the same
        return Place(region, None, str(error))
    if len(found) == 1:
        return Place(region, found.pop())
    return Place(region, None, "the stacks have several" if found else "a log group does not tell it")


def _architecture(functions: Any, name: str) -> str:
    with explained(f"function {name}"):
        found: list[str] = functions.get_function_configuration(FunctionName=name)["Architectures"]
    return found[0]


def groups_of(stacks: list[str], groups: list[str]) -> list[str]:
    """Return the log groups of the stacks, and those that were named.

    Raises:
        UnusableError: A stack is not there.
    """
    found = [stack_of(client("cloudformation"), name).log_group for name in stacks]
    return list(dict.fromkeys([*found, *groups]))


def downloaded(groups: list[str], when: Period, cache: Path | None) -> Iterator[Source]:
    """Yield each group as a source, whose lines are downloaded as they are read.

    Raises:
        UnusableError: A group is not there.
    """
    logs = client("logs")
    for group in groups:
        kept = Cache(cache or default_folder(), group_arn(logs, group))
        yield Source(_name(group, when), log_group_lines(logs, group, when, kept))


def aggregated(groups: list[str], when: Period, service: str | None) -> Evidence:
    """Have Logs Insights sum up the requests of each environment.

    Raises:
        UnusableError: CloudWatch refuses, or nothing, or several services, are in the logs.
    """
    logs = client("logs")
    found = Aggregates(service)
    for group in groups:
        insights = Insights(logs, group)
        found.add_environments(insights.rows(ENVIRONMENTS, when))
        found.add_requests(insights.rows(REQUESTS, when))
    names = [_name(group, when) for group in groups]
    if not found.ledger.services:
        raise UnusableError(f"no records in {', '.join(names)}.")
    must_hold_one_service(found.ledger, ", ".join(names))
    totals = found.totals()
    return Evidence(
        found.ledger,
        totals,
        loads_of(found.ledger),
        Input(
            names,
            0,
            {"invocation": found.requests},
            {},
            {},
            {},
            totals.unreported,
            totals.reports_without_request,
        ),
        aggregated=True,
        unsummed_requests=found.collected,
    )


def _name(group: str, when: Period) -> str:
    return f"{group}, {when}"
