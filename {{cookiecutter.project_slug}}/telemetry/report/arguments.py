"""The command lines: of the report, of `plan` and of `doctor`."""

import argparse
import math
from pathlib import Path
from typing import Final

from adapter.placement import EXAMPLE, PLACEMENTS, PlacementError, Weights, parse_weights
from telemetry.prices import ARCHITECTURE, REGION
from telemetry.report.errors import UnusableError
from telemetry.report.estimate.configurations.preference import PREFERENCES
from telemetry.report.estimate.smallest import DEFAULT, Smallest, parse_smallest
from telemetry.report.gate import Condition, condition
from telemetry.report.help_texts import COMPARE, DOCTOR, PLAN, TEACHING
from telemetry.report.show.wording import explained

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
    parser.add_argument(
        "--json",
        type=_path,
        metavar="PATH",
        help="also write all numbers, for programs; - is standard output",
    )
    parser.add_argument(
        "--markdown", type=_path, metavar="PATH", help="also write what a reader decides by, for a comment"
    )
    parser.add_argument(
        "--fail-if",
        type=_condition,
        action="append",
        default=[],
        metavar="CONDITION",
        help="exit with 3 if a number of --json is certainly so: KEY OP NUMBER UNIT, such as 'startup.mean > "
        "900ms'; parts of a key may be left out. An interval that straddles the limit only warns",
    )
    parser.add_argument(
        "--strict", action="store_true", help="with --fail-if: fail where it cannot be told, too"
    )
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
        metavar="MS,PERCENT",  # a % in the usage breaks `parse_intermixed_args` of Python 3.11
        default=DEFAULT,
        help="smallest difference per request that matters to you, in ms, in %% of a request's mean, or both "
        "(default: 1ms,1%%); what is certainly below is called no difference that matters",
    )
    _add_configurations(parser)
    return parser


def _add_configurations(parser: argparse.ArgumentParser) -> None:
    of = parser.add_argument_group(
        "a lab run of several memory sizes or init types", "by configuration, and which one to take"
    )
    of.add_argument(
        "--prefer",
        choices=PREFERENCES,
        default="balanced",
        help="what is to be small: the bill, p99, or the product of both (default: %(default)s)",
    )
    of.add_argument(
        "--beside",
        metavar="FILE",
        help="records of another lab run, such as one on this machine beside one on Lambda: its figures of "
        "the same configurations are shown beside, never averaged",
    )
    of.add_argument(
        "--cold-share",
        type=_share,
        metavar="SHARE",
        help="share of requests that are the first of their environment, such as 0.5%%: billed ms, dollars "
        "and p99 are then of such a mix (default: as the run sent them)",
    )
    of.add_argument("--region", help=f"whose prices (default: the run's, else {REGION})")
    of.add_argument(
        "--architecture",
        choices=("x86_64", "arm64"),
        help=f"whose prices (default: the run's, else {ARCHITECTURE})",
    )
    of.add_argument("--prices", type=Path, metavar="FILE", help="other prices, as docs/choose.md shows")


def _share(text: str) -> float:
    try:
        found = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        found = math.nan
    if not 0 <= found <= 1:
        raise argparse.ArgumentTypeError(f"must be a share, such as 0.5% or 0.005: got {text[:20]!r}")
    return found


def _condition(text: str) -> Condition:
    try:
        return condition(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no condition; write KEY OP NUMBER UNIT, such as 'startup.mean > 900ms'"
        ) from None


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


def compare_parser() -> argparse.ArgumentParser:
    """Build the parser of `compare`."""
    parser = argparse.ArgumentParser(
        prog="python -m telemetry.report compare",
        description="What changed between two runs: of two commits, or before and after?",
        epilog=COMPARE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("before", metavar="BEFORE", help="file or folder of records, or - for standard input")
    parser.add_argument("after", metavar="AFTER", help="the same of the later run")
    parser.add_argument(
        "--json", type=Path, metavar="PATH", help="write the numbers as JSON; - prints them alone"
    )
    _add_what_is_judged(parser)
    return parser


def _add_what_is_judged(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--service", metavar="NAME", help="service to judge, if the records are of several")
    parser.add_argument(
        "--function", metavar="NAME", help="Lambda function to judge, if the records are of several"
    )


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
    _add_what_is_judged(parser)
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
