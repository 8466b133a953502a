"""The command lines: of the report, of `plan` and of `doctor`."""

import argparse
import math
from pathlib import Path
from typing import Final

from adapter.placement import EXAMPLE, PLACEMENTS, PlacementError, Weights, parse_weights
from telemetry.report.errors import UnusableError
from telemetry.report.estimate.smallest import DEFAULT, Smallest, parse_smallest
from telemetry.report.show.wording import explained

TEACHING: Final = """\
what it reads
  Records, JSON objects of one line each, as the function writes them to stdout, with or without Lambda's own
  lines in either log format. Files and folders, gzipped or not, in any of these shapes:
    plain lines, with the prefixes of aws logs tail, sam logs, docker logs, CloudWatch's console, S3 exports
    the JSON of aws logs filter-log-events, get-log-events, get-query-results, sam logs --output json
    the CSV of Logs Insights and of CloudWatch's console (with the column @message, or message)
    documents of subscriptions (Firehose, Kinesis, Lambda), Docker's json-file, Telemetry API batches
  Lines that are not records are counted and skipped. Records may come in any order; a request that comes
  twice counts once.
  From AWS, whole hours are downloaded once and kept in a cache, so an interrupted download continues where it
  stopped. --engine insights lets CloudWatch sum up the requests of each environment, for logs that are too
  large to download.

what it says
  The first sentence says what keeping the lifespan saves per request, compared with what, with a 95 %
  interval, and where that was measured. "No difference that matters" means that the interval is within the
  smallest size that matters (--smallest). "No difference seen" means that it covers 0. "Cannot tell yet"
  means that an arm has fewer than about 20 environments, and is followed by how many more are needed. A
  difference "decides" only where chance assigned the arms, the declared size is reached, and failures do not
  differ.

arms
{arms}

examples
  python -m telemetry.lab --placement init every_invocation --out records.jsonl
  python -m telemetry.report records.jsonl --html report.html --json verdict.json
  python -m telemetry.report logs/ more.json.gz
  aws logs tail /aws/lambda/support-tickets --since 7d | python -m telemetry.report -
  python -m telemetry.report --stack support-tickets --since 7d
  python -m telemetry.report --log-group /aws/lambda/support-tickets --since 30d --engine insights

other commands
  python -m telemetry.report plan ...      how many environments and days a given precision takes
  python -m telemetry.report doctor ...    whether a deployment is set up to be measured

exit codes
  0  a verdict was printed, "cannot tell yet" included
  2  nothing to judge: a missing file, no records in it, or options that do not fit together
  130  stopped by Ctrl-C
"""
PLAN: Final = """\
Records of what runs now, of one arm or of several, tell how much requests and environments differ, and how
many environments start in a day. The number of environments follows from that: see docs/measurement.md.
Before there are any records, --per-second says what your traffic starts in a day.

examples
  python -m telemetry.report plan --per-second 3 --request-ms 120
  python -m telemetry.report plan records.jsonl --precision 5
  python -m telemetry.report plan --stack support-tickets --since 7d --precision 2%
"""
DOCTOR: Final = """\
what it looks at
  The stack, the function and its aliases: state, log levels and format, log class, placement, experiment,
  concurrency, tracing, and the timeout beside what an API waits for.
  Records and Lambda's own lines since --since: whether startups complete, how many requests timed out,
  crashed or were cut, and how near startup, INIT and memory are to their limits. INIT has 10 s; where no
  request waits for it (provisioned concurrency, SnapStart, managed instances) 130 s, or the timeout if that
  is longer.

what it says
  One line for each: ok, look (it works, and you should know) or broken, with what was found and what to do.
  What records say is of all that was written since --since: after a repair look at the time since then.

permissions, for it reads and changes nothing
  cloudformation: DescribeStacks, ListStackResources    logs: DescribeLogGroups, FilterLogEvents
  lambda: GetFunctionConfiguration, GetFunctionConcurrency, ListAliases, GetProvisionedConcurrencyConfig

examples
  python -m telemetry.report doctor --stack support-tickets
  python -m telemetry.report doctor --stack shop --service orders --since 3h

exit codes
  0  nothing is broken
  1  something is
  2  it could not be examined
"""
SINCE: Final = "7d"
LONGEST: Final = 9
"""Digits of a number of environments."""
FOR_AWS: Final = frozenset({"since", "until", "engine"})
"""Options that say what of a log group to read; a file is read whole, whatever they say."""


def report_parser() -> argparse.ArgumentParser:
    """Build the parser of the report."""
    parser = argparse.ArgumentParser(
        prog="python -m telemetry.report",
        description="Does keeping the ASGI lifespan help, and by how much? Reads records, prints a verdict.",
        epilog=TEACHING.format(arms="\n".join(f"  {arm:<20}{explained(arm)}" for arm in PLACEMENTS)),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_sources(parser)
    parser.add_argument(
        "--html", type=_path, metavar="PATH", help="also write the verdict as one page with charts"
    )
    parser.add_argument("--json", type=_path, metavar="PATH", help="also write all numbers, for programs")
    parser.add_argument(
        "--planned",
        type=_count,
        metavar="N",
        help="environments per arm that the experiment was planned for; before every arm has that many, the "
        "verdict is called an interim look",
    )
    parser.add_argument(
        "--timeout",
        type=_above_0,
        metavar="SECONDS",
        help="time-out of the function, which records do not tell: no resource is advised to load in a "
        "request that might not live through it",
    )
    parser.add_argument(
        "--experiment",
        type=_weights,
        metavar="WEIGHTS",
        help=f"weights that the experiment was declared with, such as {EXAMPLE}; the sizes of the arms are "
        "tested against them",
    )
    parser.add_argument(
        "--smallest",
        type=_smallest,
        metavar="MS,%",
        default=DEFAULT,
        help="smallest difference per request that matters to you, in ms, in %% of a request's mean, or both "
        "(default: 1ms,1%%); what is certainly below is called no difference that matters",
    )
    return parser


def plan_parser() -> argparse.ArgumentParser:
    """Build the parser of `plan`."""
    parser = argparse.ArgumentParser(
        prog="python -m telemetry.report plan",
        description="How many environments, and how many days, does an experiment take?",
        epilog=PLAN,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_sources(parser)
    parser.add_argument(
        "--precision",
        metavar="MS",
        default="5%",
        help="half the width of the 95 %% interval of the difference: in ms, or in %% of a request, or of "
        "the startup that a first request waits for (default: %(default)s)",
    )
    parser.add_argument(
        "--weights",
        type=_weights,
        metavar="WEIGHTS",
        default=EXAMPLE,
        help="arms of the experiment and their relative sizes (default: %(default)s)",
    )
    parser.add_argument(
        "--per-day",
        type=_count,
        metavar="N",
        help="new execution environments per day, if the records do not tell",
    )
    parser.add_argument(
        "--estimand",
        choices=("first_request_ms", "user_visible_ms"),
        help="plan for the first request of each environment (the default where init and first_invocation "
        "are arms, which differ there), or for the mean of all requests",
    )
    parser.add_argument(
        "--per-second",
        type=_above_0,
        metavar="N",
        help="requests per second: says how many environments that starts in a day, without any FILE too",
    )
    parser.add_argument(
        "--request-ms",
        type=_above_0,
        metavar="MS",
        default=100.0,
        help="how long a request takes, for --per-second (default: %(default)s)",
    )
    return parser


def doctor_parser() -> argparse.ArgumentParser:
    """Build the parser of `doctor`."""
    parser = argparse.ArgumentParser(
        prog="python -m telemetry.report doctor",
        description="Is this deployment set up to be measured? Reads its configuration and last records.",
        epilog=DOCTOR,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--stack", required=True, metavar="NAME", help="CloudFormation stack of the service")
    parser.add_argument(
        "--service",
        metavar="NAME",
        help="service to examine, if the stack has several functions or the log group records of several "
        "services (default: the one that the stack's function declares)",
    )
    parser.add_argument(
        "--since",
        default="1d",
        metavar="TIME",
        help="how far back to look for records (default: %(default)s)",
    )
    return parser


def _add_sources(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files",
        nargs="*",
        metavar="FILE",
        help="file or folder of log lines or exports; - for standard input",
    )
    parser.add_argument("--service", metavar="NAME", help="service to judge, if the records are of several")
    parser.add_argument(
        "--function", metavar="NAME", help="Lambda function to judge, if the records are of several"
    )
    aws = parser.add_argument_group("reading from AWS, with the credentials and region that boto3 finds")
    aws.add_argument(
        "--stack", action="append", default=[], metavar="NAME", help="read the log group of this stack"
    )
    aws.add_argument("--log-group", action="append", default=[], metavar="NAME", help="read this log group")
    aws.add_argument("--since", metavar="TIME", help=f"begin 7d or 12h ago, or at a date (default: {SINCE})")
    aws.add_argument("--until", metavar="TIME", help="end, written in the same way (default: now)")
    aws.add_argument("--cache", type=Path, metavar="DIR", help="folder to keep downloaded hours in")
    aws.add_argument(
        "--engine",
        choices=("download", "insights"),
        help="read every record (download, the default), or let Logs Insights sum them up (insights): means "
        "and intervals only",
    )


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= LONGEST and int(text) > 0):
        raise argparse.ArgumentTypeError(f"must be a whole number, 1 or more: got {text[:20]!r}")
    return int(text)


def _above_0(text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not 0 < found < math.inf:
        raise argparse.ArgumentTypeError(f"must be a number above 0: got {text[:20]!r}")
    return found


def _weights(text: str) -> Weights:
    try:
        return parse_weights(text)
    except PlacementError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _smallest(text: str) -> Smallest:
    try:
        return parse_smallest(text)
    except UnusableError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _path(text: str) -> Path:
    if not text.strip():
        raise argparse.ArgumentTypeError("must be the path of a file to write")
    return Path(text)
