"""The command line of `choose`."""

import argparse
import math
from pathlib import Path
from typing import Final

from telemetry.report.estimate.configurations.preference import PREFERENCES
from telemetry.workload import arrivals_of, pool_of

TEACHING: Final = """\
what it reads
  TRAFFIC: records of the function as it runs now, in any shape that the report reads; days of them, better
  weeks. --times FILE: records of a run that was measured: an experiment or a deployment on Lambda, or a lab
  run. Of a lab run, on this machine or on loopback, only ratios between arms are taken, never ms. Without
  TRAFFIC, state --arrivals; the pool is then as published.

what it says
  Each option by the share of requests that wait for INIT, by p50, p95 and p99 of what users wait, and by
  dollars a month, with 95 % intervals; the recommended one; what would change the answer. Options that
  nothing tells about are listed with the command that measures them. The forecast is first tried on the
  later half of the recording, and refused where it misses by more than chance.

examples
  python -m telemetry choose logs/
  python -m telemetry choose --stack support-tickets --since 28d --prefer cost --p99-under 800
  python -m telemetry choose logs/ --times lab.jsonl --html choose.html --json choose.json
  python -m telemetry choose --arrivals poisson:3/s --times lab.jsonl --pool published

exit codes
  0  options were printed, "cannot tell" included
  2  nothing to choose from: a missing file, no records in it, or options that do not fit together
  130  stopped by Ctrl-C
"""
SINCE: Final = "28d"


def choose_parser() -> argparse.ArgumentParser:
    """Build the parser."""
    parser = argparse.ArgumentParser(
        prog="python -m telemetry choose",
        description="What should be switched on, and what will it do to p99, cold starts and the bill?",
        epilog=TEACHING,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_sources(parser)
    _add_model(parser)
    _add_wishes(parser)
    parser.add_argument(
        "--json", type=Path, metavar="PATH", help="also write all numbers, for programs; - is standard output"
    )
    parser.add_argument("--html", type=Path, metavar="PATH", help="also write one page with the picture")
    return parser


def _add_sources(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files", nargs="*", metavar="TRAFFIC", help="file or folder of records; - for standard input"
    )
    parser.add_argument(
        "--times",
        action="append",
        default=[],
        metavar="FILE",
        help="records of a measured run; may be repeated",
    )
    parser.add_argument(
        "--service", metavar="NAME", help="service to choose for, if the records are of several"
    )
    parser.add_argument("--function", metavar="NAME", help="Lambda function, if the records are of several")
    aws = parser.add_argument_group("reading from AWS, with the credentials and region that boto3 finds")
    aws.add_argument(
        "--stack", action="append", default=[], metavar="NAME", help="read the log group of this stack"
    )
    aws.add_argument("--log-group", action="append", default=[], metavar="NAME", help="read this log group")
    aws.add_argument("--since", metavar="TIME", help=f"begin 28d or 12h ago, or at a date (default: {SINCE})")
    aws.add_argument("--until", metavar="TIME", help="end, written in the same way (default: now)")
    aws.add_argument("--cache", type=Path, metavar="DIR", help="folder to keep downloaded hours in")


def _add_model(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--arrivals",
        type=arrivals_of,
        metavar="poisson:3/s",
        help="stated traffic in the place of the recorded one",
    )
    parser.add_argument(
        "--scale", type=_factor, default=1.0, metavar="FACTOR", help="so many times the traffic; extrapolated"
    )
    parser.add_argument(
        "--pool",
        type=pool_of,
        metavar="idle=630s,age=4h",
        help="how environments are ended, in the place of what the records tell; `published` for the pool of "
        "twenty published measurements",
    )
    parser.add_argument("--memory", type=_factor, metavar="MB", help="memory, if the records do not tell")
    parser.add_argument("--region", help="whose prices (default: that of --stack, else us-east-1)")
    parser.add_argument(
        "--architecture",
        choices=("x86_64", "arm64"),
        help="whose prices (default: that of --stack's function, else x86_64)",
    )
    parser.add_argument(
        "--prices", type=Path, metavar="FILE", help="other prices: AWS's own list, or as docs/choose.md shows"
    )


def _add_wishes(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--prefer", choices=PREFERENCES, default="balanced", help="what is to be small (default: %(default)s)"
    )
    parser.add_argument("--p99-under", type=_factor, metavar="MS", help="only options that surely keep this")
    parser.add_argument(
        "--under", type=_factor, metavar="DOLLARS", help="only options that surely cost less a month"
    )


def _factor(text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not 0 < found < math.inf:
        raise argparse.ArgumentTypeError(f"must be a number above 0: got {text[:20]!r}")
    return found
