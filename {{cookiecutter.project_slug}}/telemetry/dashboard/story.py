"""What the dashboard tells, row by row; within a row from left to right."""

from telemetry.dashboard.arms import arms
from telemetry.dashboard.layout import Row
from telemetry.dashboard.line import each, hidden, of, of_lambda, ours, reckoned
from telemetry.dashboard.stack import ALARMS, API, FUNCTION, HTTP_API, PROVISIONED, SERVICE_NAME, STACK
from telemetry.dashboard.widget import Choice, Line, alarm_at, alarms, graph, logs, text
from telemetry.schema import (
    COLD_START,
    DEATH,
    ERROR,
    FAILURE,
    FAULT,
    INVOCATION,
    INVOCATION_DURATION,
    PLATFORM_REPORT,
    RECORD,
    RESOURCE_DURATION,
    RESOURCE_NAME,
    STARTS,
    STARTUP_DURATION,
    STATE_SHARE_OF_MEMORY,
    STATE_SIZE,
    STATUS,
)

INIT = "coalesce(record.metrics.initDurationMs, record.metrics.restoreDurationMs)"
"""What Lambda reports once for an environment; with SnapStart it is the restore of the snapshot."""


def story() -> list[Row]:
    """Return the whole dashboard."""
    return [_opening(), _startup(), _state(), _starts(), _latency(), _load(), _details(), arms()]


def _opening() -> Row:
    words = text(
        14,
        f"# The lifespan of {SERVICE_NAME}",
        "Read each row from left to right: what startup costs, how much it keeps, how many requests wait for "
        "it, and how long. No line means no data: nothing started, or nobody called.",
        f"For a verdict with an interval: `python -m telemetry.report --stack {STACK}`",
    )
    return Row(4, (words, alarms(10, "Alarms", ALARMS)))


def _startup() -> Row:
    words = text(
        4,
        "## Startup",
        "The lifespan's startup, once per environment.",
        "Its parts say what to make lazy or lighter.",
        "INIT is startup plus imports, as Lambda sees it. It is billed.",
    )
    whole = [ours(STARTUP_DURATION, stat, stat) for stat in ("p50", "p90", "p99")]
    init = (
        f'filter type = "{PLATFORM_REPORT}"',
        f"fields {INIT} as ms",
        "filter ispresent(ms)",
        "stats pct(ms, 50) as p50, pct(ms, 90) as p90, pct(ms, 99) as p99 by bin(5m)",
    )
    parts = graph(7, "By resource, p50", "ms", [each(RESOURCE_DURATION, RESOURCE_NAME, "p50")])
    return Row(
        7,
        (
            words,
            graph(7, "Startup", "ms", whole),
            parts,
            logs(6, "INIT, or restore of a snapshot, in ms", "timeSeries", *init),
        ),
    )


def _state() -> Row:
    words = text(
        4,
        "## State",
        "What startup leaves in memory: all that the requests share.",
        "More memory is more CPU too. Too little, and Lambda kills the function in the middle of a request.",
    )
    size = [ours(STATE_SIZE, "p50", "p50"), ours(STATE_SIZE, "Maximum", "largest")]
    part = [
        ours(STATE_SHARE_OF_MEMORY, "p50", "p50"),
        ours(STATE_SHARE_OF_MEMORY, "Maximum", "largest"),
    ]
    return Row(
        6,
        (
            words,
            graph(10, "State", "bytes", size),
            graph(10, "Share of the memory", "%", part, annotations=alarm_at(60)),
        ),
    )


def _starts() -> Row:
    words = text(
        4,
        "## Starts",
        "**cold**: the request waited for INIT. **proactive**: Lambda started ahead. **warm**: the rest.",
        "Kept environments make requests warm; traffic and Lambda decide how many there are.",
    )
    counts = [ours(INVOCATION_DURATION, "SampleCount", start, start=start) for start in STARTS]
    cold = [hidden(ours(COLD_START, "Average", "cold"), "cold"), reckoned("100 * cold", "cold")]
    return Row(
        6,
        (
            words,
            graph(10, "Requests by start", "requests", counts, stacked=True),
            graph(10, "Share of cold requests", "%", cold),
        ),
    )


def _latency() -> Row:
    words = text(
        4,
        "## Latency",
        "In the function, by start. A cold request waited for INIT as well, which is above.",
        "At the door: all of it, network inside AWS included.",
    )
    by_start = {
        stat: [ours(INVOCATION_DURATION, stat, start, start=start) for start in STARTS]
        for stat in ("p50", "p99")
    }
    door = "At the door"
    api = [_of_api(name, stat) for name in ("Latency", "IntegrationLatency") for stat in ("p50", "p99")]
    url = [of_lambda("UrlRequestLatency", stat, f"UrlRequestLatency {stat}") for stat in ("p50", "p99")]
    return Row(
        6,
        (
            words,
            graph(7, "Invocation, p50", "ms", by_start["p50"]),
            graph(7, "Invocation, p99", "ms", by_start["p99"]),
            Choice("Door", HTTP_API, (graph(6, door, "ms", api),), (graph(6, door, "ms", url),)),
        ),
    )


def _of_api(name: str, stat: str) -> Line:
    return of("AWS/ApiGateway", name, stat, f"{name} {stat}", ApiId=API)


def _load() -> Row:
    words = text(
        4,
        "## Load",
        "Errors are crashes and timeouts; what the app answers by 500 is among the last errors below.",
        "Concurrency is the number of environments at work.",
    )
    calls = [of_lambda(name, "Sum", name.lower()) for name in ("Invocations", "Errors", "Throttles")]
    at_work = of_lambda("ConcurrentExecutions", "Maximum", "at work")
    alias = {"Resource": f"{FUNCTION}:live"}
    ahead = [
        of_lambda("ProvisionedConcurrentExecutions", "Maximum", "provisioned, at work", **alias),
        of_lambda("ProvisionedConcurrencySpilloverInvocations", "Sum", "beyond what is provisioned", **alias),
    ]
    title, unit = "Concurrency", "environments"
    return Row(
        6,
        (
            words,
            graph(10, "Invocations", "requests", calls),
            Choice(
                "Concurrency",
                PROVISIONED,
                (graph(10, title, unit, [at_work, *ahead]),),
                (graph(10, title, unit, [at_work]),),
            ),
        ),
    )


def _details() -> Row:
    slowest = (
        f'filter type = "{PLATFORM_REPORT}"',
        f"fields {INIT} as init_ms, record.metrics.durationMs as invocation_ms",
        "filter ispresent(init_ms)",
        "fields init_ms + invocation_ms as waited_ms",
        "sort waited_ms desc",
        "limit 20",
        "display @timestamp, waited_ms, init_ms, invocation_ms, record.requestId",
    )
    wrong = (
        f'level in ["ERROR", "CRITICAL"] or {RECORD} in ["{FAILURE}", "{DEATH}", "{FAULT}"]',
        f'({RECORD} = "{INVOCATION}" and ({STATUS} >= 500 or ispresent({ERROR})))',
        f'(type = "{PLATFORM_REPORT}" and record.status != "success")',
    )
    errors = (
        f"filter {' or '.join(wrong)}",
        "sort @timestamp desc",
        "limit 20",
        "display @timestamp, @message",
    )
    return Row(
        8, (logs(12, "Slowest cold starts", "table", *slowest), logs(12, "Last errors", "table", *errors))
    )
