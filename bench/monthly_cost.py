"""`python -m bench.monthly_cost`: what the sample costs in a month, as the table of docs/operate.md.

`--prices FILE` computes it with the prices of another region; the files in bench/prices/ are examples. What
is assumed of the service is in `Service`. Free tiers are left out.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

PRICES: Final = Path(__file__).parent / "prices"
REGIONS: Final = ("us-east-1", "eu-west-1")
RATES: Final = (1, 30, 1000)
"""Requests per second, day and night."""
MONTH_S: Final = 30 * 24 * 3600
PER_CONCURRENCY: Final = 10
"""Requests per second that Lambda lets through for each unit of concurrency, however short they are.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
"""


class Service(NamedTuple):
    """What is assumed of the sample."""

    memory_gb: float = 1.0
    request_s: float = 0.02
    """Billed for one request."""
    init_s: float = 1.3
    cold_share: float = 0.001
    """Of the requests, each of which is an INIT that is paid for."""
    log_kb: float = 1.0
    """Ingested for one request, Lambda's own lines included."""
    log_compression: float = 0.15
    """Of what is ingested, what is stored and paid for: AWS's own example."""
    response_kb: float = 0.5
    writes: float = 0.6
    reads: float = 0.4
    """Read units, for the sample reads consistently. An eventually consistent read is half of one."""
    item_kb: float = 1.0
    metrics: int = 13
    """Twelve of telemetry's, one of the service."""
    alarm_metrics: int = 10


Costs = Mapping[str, float]


def tiered(amount: float, tiers: Sequence[tuple[float | None, float]]) -> float:
    """Price an amount by tiers of (up to this amount, price of one)."""
    cost, paid = 0.0, 0.0
    for end, price in tiers:
        part = max(0.0, (amount if end is None else min(amount, end)) - paid)
        cost += part * price
        paid += part
    return cost


def month(rate: float, prices: Mapping[str, Any], of: Service = Service()) -> Costs:  # noqa: B008 - it is immutable
    """Return what a month costs by what it is for, at so many requests per second."""
    requests = rate * MONTH_S
    logs_gb = requests * of.log_kb / 1e6
    items_gb = requests * of.writes * of.item_kb / 1e6
    busy_s = requests * of.request_s + requests * of.cold_share * of.init_s
    return {
        "Lambda, requests": requests * prices["request"],
        "Lambda, time and INIT": busy_s * of.memory_gb * prices["gb_second"],
        "HTTP API": tiered(requests, prices["http_api"]),
        "Logs, ingested": tiered(logs_gb, prices["logs_gb"]),
        "Logs, stored 30 days": logs_gb * of.log_compression * prices["logs_stored_gb_month"],
        "Metrics, alarms, dashboard": of.metrics * prices["metric"]
        + of.alarm_metrics * prices["alarm_metric"]
        + prices["dashboard"],
        "DynamoDB, reads and writes": requests
        * (of.reads * prices["read_unit"] + of.writes * prices["write_unit"]),
        "DynamoDB, a month's tickets and their backup": items_gb
        * (prices["table_gb_month"] + prices["backup_gb_month"]),
        "To the internet": requests * of.response_kb / 1e6 * prices["egress_gb"],
    }


def concurrency(rate: float, of: Service = Service()) -> float:  # noqa: B008 - it is immutable
    """Return what it takes at least: environments that are busy at a time, or what the limit asks for."""
    return max(rate * of.request_s, rate / PER_CONCURRENCY, 1.0)


def break_even(prices: Mapping[str, float]) -> float:
    """Return the share of time in use from which provisioned concurrency is cheaper than on demand."""
    return prices["provisioned"] / (prices["gb_second"] - prices["provisioned_gb_second"])


def table(prices: Sequence[Mapping[str, Any]], rates: Sequence[float] = RATES) -> Iterator[str]:
    """Yield the lines of a Markdown table, a column for each rate and region."""
    columns = [(rate, region) for rate in rates for region in prices]
    heads = [f"{rate:,}/s, {region['region']}" for rate, region in columns]
    yield f"| | {' | '.join(heads)} |"
    yield f"|---|{'---|' * len(heads)}"
    months = [month(rate, region) for rate, region in columns]
    for name in months[0]:
        yield _row(name, [costs[name] for costs in months])
    yield _row("**A month**", [sum(costs.values()) for costs in months])
    yield f"| Concurrency, at least | {' | '.join(f'{concurrency(rate):,.0f}' for rate, _ in columns)} |"


def _row(name: str, costs: Sequence[float]) -> str:
    return f"| {name} | {' | '.join(f'${cost:,.2f}' for cost in costs)} |"


def read(file: Path) -> Mapping[str, Any]:
    """Read a file of prices."""
    found: Mapping[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.monthly_cost", description=__doc__)
    parser.add_argument("--prices", type=Path, nargs="+", metavar="FILE", help="instead of both regions")
    given = parser.parse_args(arguments)
    files = given.prices or [PRICES / f"{region}.json" for region in REGIONS]
    sys.stdout.write("".join(f"{line}\n" for line in table([read(file) for file in files])))
    return 0


if __name__ == "__main__":
    sys.exit(main())
