"""One row per environment from Logs Insights: for fleets whose logs are too large to download.

The first `stats` joins an attempt's record with its platform.report line and drops duplicates, the second
sums up by environment. An attempt is a request id in a log stream: Lambda tries some events again, under
the same id. Attempts without a record, that is time-outs and crashes, have a row by log stream alone. The
columns are those of `sums.Sums`, so the estimator is the same as for fetched records.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, TypeAlias

from telemetry import schema
from telemetry.report.aws.clients import explained
from telemetry.report.aws.period import Period
from telemetry.report.errors import UnusableError

Row: TypeAlias = Mapping[str, str]

CAP: Final = 10_000
"""Rows that Logs Insights returns at most; a query that reaches it is asked again in halves."""
SHORTEST: Final = timedelta(minutes=1)
POLL_S: Final = 1.0
_REPORT: Final = f"{schema.RECORD}.metrics"
_FAILED: Final = " + ".join(
    f"strcontains(@message, '{said}')"
    for status in ("timeout", "error", "failure")
    for said in (f'"status":"{status}"', f"Status: {status}")
)
"""How many signs there are that the platform saw the attempt fail: in its JSON lines, and in its text."""

REQUESTS: Final = f"""\
filter {schema.RECORD} = "{schema.INVOCATION}" or type = "{schema.PLATFORM_REPORT}" or @type = "REPORT"
| fields coalesce({schema.REQUEST_ID}, {schema.RECORD}.requestId, @requestId) as id,
    {_FAILED} as gone
| stats sortsLast({schema.ENVIRONMENT}) as unit, sortsLast({schema.PLACEMENT}) as arm,
    sortsLast({schema.SERVICE}) as whose, max({schema.COLD_START.name}) as waited,
    max(coalesce({_REPORT}.durationMs, @duration)) as ms,
    max(coalesce({_REPORT}.billedDurationMs, @billedDuration)) as billed,
    max(coalesce({_REPORT}.initDurationMs, @initDuration)) as init,
    max({_REPORT}.restoreDurationMs) as restore,
    max(gone) as failed, count({schema.PING}) as pings, min({schema.AT}) as at by id, @logStream as stream
| filter pings = 0
| stats count(*) as requests, count(ms) as n, sum(ms) as ms, sum(init * coalesce(waited, 1)) as init,
    sum(restore) as restore, sum(billed) as billed, sum(waited) as waited, sum(failed) as failed,
    min(at) as first_at, max(at) as last_at by unit, arm, whose, stream
| limit {CAP}"""
"""Requests of every environment, without pings; rows without `unit` are those without a record, by stream."""

ENVIRONMENTS: Final = f"""\
filter {schema.RECORD} = "{schema.ENVIRONMENT_RECORD}" or {schema.RECORD} = "{schema.WARM}"
| fields {schema.ENVIRONMENT} as unit, {schema.PLACEMENT} as arm, {schema.SERVICE} as whose
| stats max({schema.PLANNED}) as planned, sum({schema.INVOCATIONS}) as collected, min({schema.AT}) as born
    by unit, arm, whose, {schema.EXPERIMENT}
| limit {CAP}"""
"""Assignments of an experiment, of environments that served nothing too; and requests that share a record."""


@dataclass(frozen=True, slots=True)
class Insights:
    """Queries one log group; `wait` sleeps between two looks at a running query."""

    logs: Any
    group: str
    wait: Callable[[float], None] = time.sleep

    def rows(self, query: str, period: Period) -> Iterator[Row]:
        """Yield all rows of a query; an environment may have several, whose sums add up.

        Raises:
            UnusableError: Logs Insights refuses, or one minute holds too many environments.
        """
        found = self._answer(query, period)
        if len(found) < CAP:
            yield from found
            return
        half = (period.end - period.start) / 2
        if half < SHORTEST:
            raise UnusableError(
                f"log group {self.group}: {CAP} environments or more wrote records within a minute, which is "
                "more than Logs Insights returns. Use --engine download."
            )
        middle = (period.start + half).replace(microsecond=0)
        yield from self.rows(query, Period(period.start, middle, period.now))
        yield from self.rows(query, Period(middle, period.end, period.now))

    def _answer(self, query: str, period: Period) -> list[Row]:
        with explained(f"log group {self.group}"):
            # Both ends count in a query, in whole seconds.
            asked = self.logs.start_query(
                logGroupName=self.group,
                queryString=query,
                startTime=round(period.start.timestamp()),
                endTime=round(period.end.timestamp()) - 1,
            )["queryId"]
            answer = self.logs.get_query_results(queryId=asked)
            while answer["status"] in {"Scheduled", "Running", "Unknown"}:
                self.wait(POLL_S)
                answer = self.logs.get_query_results(queryId=asked)
        if answer["status"] != "Complete":
            raise UnusableError(f"log group {self.group}: the query ended as {answer['status']}.")
        return [{field["field"]: field["value"] for field in row} for row in answer["results"]]
