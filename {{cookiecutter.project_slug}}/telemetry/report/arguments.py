"""The command lines: of the report, of `plan` and of `doctor`."""

import argparse
from pathlib import Path
from typing import Final

from adapter.placement import EXAMPLE, PLACEMENTS, PlacementError, Weights, parse_weights
from telemetry.report.show.wording import explained

TEACHING: Final = """\
what it reads
  One JSON record per line, as the function writes them to stdout, with or without Lambda's platform.report
  lines (JSON, or REPORT text) and whatever else is in the log: what is no record is counted, never fatal.
  Records need no order. A request that comes twice counts once.
  From AWS, whole hours are fetched once and kept in a cache, so an interrupted download goes on where it
  stopped. --engine insights lets CloudWatch sum up each environment, for logs too many to download.

what it says
  First one sentence: what keeping the lifespan saves per request, against whom, with a 95 % interval, and
  where that was measured. An interval that covers 0 is "no difference seen". Fewer than about 20
  environments per arm is "cannot tell yet", with how many more are needed.

arms
{arms}

examples
  python -m telemetry.lab --placement init every_invocation --out records.jsonl
  python -m telemetry.report records.jsonl --html report.html --json verdict.json
  zcat logs/*.gz | python -m telemetry.report -
  python -m telemetry.report --stack support-tickets --since 7d
  python -m telemetry.report --log-group /aws/lambda/support-tickets --since 30d --engine insights

other commands
  python -m telemetry.report plan ...      how many environments and days a given precision takes
  python -m telemetry.report doctor ...    is a deployment able to tell?

exit codes
  0  a verdict was printed, "cannot tell yet" included
  2  nothing to judge: a missing file, no records in it, or options that do not fit
  130  stopped by Ctrl-C
"""
PLAN: Final = """\
From records of what runs now, of one arm or of several, it takes how much requests and environments differ,
and how many environments come a day. The rest is arithmetic: see docs/measurement.md.

examples
  python -m telemetry.report plan records.jsonl --precision 5
  python -m telemetry.report plan --stack support-tickets --since 7d --precision 2%
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
        description="Does keeping the ASGI lifespan help, and by how much? Records in, verdict out.",
        epilog=TEACHING.format(arms="\n".join(f"  {arm:<20}{explained(arm)}" for arm in PLACEMENTS)),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_sources(parser)
    parser.add_argument("--html", type=_path, metavar="PATH", help="also write one page with charts")
    parser.add_argument("--json", type=_path, metavar="PATH", help="also write all numbers, for programs")
    parser.add_argument(
        "--planned",
        type=_count,
        metavar="N",
        help="environments per arm that the experiment was planned for; a look before is interim",
    )
    parser.add_argument(
        "--experiment",
        type=_weights,
        metavar="WEIGHTS",
        help=f"test the arms' sizes against such weights as {EXAMPLE}",
    )
    return parser


def plan_parser() -> argparse.ArgumentParser:
    """Build the parser of `plan`."""
    parser = argparse.ArgumentParser(
        prog="python -m telemetry.report plan",
        description="How many environments, and days, does an experiment take?",
        epilog=PLAN,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_sources(parser)
    parser.add_argument(
        "--precision",
        metavar="MS",
        default="5%",
        help="half the width of the interval of the difference: in ms, or as 5%% of a request (%(default)s)",
    )
    parser.add_argument(
        "--weights",
        type=_weights,
        metavar="WEIGHTS",
        default=EXAMPLE,
        help="the arms (%(default)s)",
    )
    parser.add_argument(
        "--per-day",
        type=_count,
        metavar="N",
        help="new environments a day, where the records do not tell",
    )
    return parser


def doctor_parser() -> argparse.ArgumentParser:
    """Build the parser of `doctor`."""
    parser = argparse.ArgumentParser(
        prog="python -m telemetry.report doctor",
        description="Can this deployment tell what keeping the lifespan saves? Reads, changes nothing.",
        epilog="exit codes: 0 nothing is broken, 1 something is, 2 it could not be examined",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--stack", required=True, metavar="NAME", help="CloudFormation stack of the service")
    parser.add_argument("--since", default="1d", metavar="TIME", help="records to look at (%(default)s)")
    return parser


def _add_sources(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files", nargs="*", metavar="FILE", help="file of lines, .gz too; - is standard input"
    )
    parser.add_argument("--service", metavar="NAME", help="which service, when the records are of several")
    aws = parser.add_argument_group("from AWS, by boto3's credentials and region")
    aws.add_argument("--stack", action="append", default=[], metavar="NAME", help="log group of a stack")
    aws.add_argument("--log-group", action="append", default=[], metavar="NAME", help="log group")
    aws.add_argument("--since", metavar="TIME", help=f"7d, 12h or a date ({SINCE})")
    aws.add_argument("--until", metavar="TIME", help="the same; now, if left out")
    aws.add_argument("--cache", type=Path, metavar="DIR", help="where to keep what was fetched")
    aws.add_argument(
        "--engine",
        choices=("download", "insights"),
        help="fetch the records (download), or let Logs Insights sum them up: means and intervals only",
    )


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= LONGEST and int(text) > 0):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1")
    return int(text)


def _weights(text: str) -> Weights:
    try:
        return parse_weights(text)
    except PlacementError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _path(text: str) -> Path:
    if not text.strip():
        raise argparse.ArgumentTypeError("needs the path of a file to write")
    return Path(text)
