"""The command line of the lab."""

import argparse
import math
from typing import Final

from telemetry.lab.run.settings import (
    ENVIRONMENTS,
    INVOCATIONS,
    MEMORY_MB,
    PLACEMENTS,
    PROJECT_HANDLER,
    QUICK,
)

DESCRIPTION: Final = """\
A local Lambda. Starts the real AWS Lambda runtime client, one process per execution environment, against a
Runtime API on 127.0.0.1; sends it API Gateway events; writes what it prints, with Lambda's report lines, to a
file of records that `python -m telemetry.report` turns into a verdict. Needs neither AWS nor Docker.

With several placements, environments of all of them run in random order and get the same events, so that they
differ in nothing but when the lifespan's startup runs.
"""
EXAMPLES: Final = """\
examples:
  this project with its table, a quick look (too small for a verdict):
    python -m telemetry.lab --quick --table events/tickets-table.json --env TICKETS_TABLE=tickets \\
        --event events/read-ticket.json
  what would re-initialising in every request cost, and what a lazy start?
    python -m telemetry.lab --placement init every_invocation first_invocation \\
        --table events/tickets-table.json --env TICKETS_TABLE=tickets \\
        --event events/read-ticket.json=9 events/create-ticket.json
  any other ASGI app, from any folder:
    python -m telemetry.lab --app shop.main:app --app-dir ../shop/src --placement init every_invocation
  what `sam build` made, before it is deployed:
    python -m telemetry.lab --artifact .aws-sam/build/Function --table ... --env ... --event ...
  environments that Lambda started ahead of time:
    python -m telemetry.lab --app shop.main:app --idle 12
    python -m telemetry.lab --app shop.main:app --init-type provisioned-concurrency

On Python 3.11 the function is told that it runs on Lambda's 3.12: only from there on SIGTERM reaches it.

exit codes: 0 done, 1 the function failed or ignored its placement, 2 the command line is wrong,
130 stopped by Ctrl-C
"""


def parser() -> argparse.ArgumentParser:
    """Return the parser; `settings_from` checks what it cannot."""
    parser = argparse.ArgumentParser(
        prog="python -m telemetry.lab",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_function(parser)
    _add_load(parser)
    _add_lambda(parser)
    out = parser.add_argument_group("what comes out")
    out.add_argument(
        "--out",
        metavar="FILE",
        default="records.jsonl",
        help="records (default: %(default)s). They are in FILE.part until the run ends and then replace what "
        "FILE holds, also those of a run that was stopped; without any invocation FILE stays as it is. The "
        "function's stderr goes to FILE with the suffix .log, at once",
    )
    return parser


def _add_function(parser: argparse.ArgumentParser) -> None:
    what = parser.add_argument_group("what runs")
    target = what.add_mutually_exclusive_group()
    target.add_argument(
        "--app", metavar="MODULE:ATTR", help="an ASGI app, served by the adapter with telemetry"
    )
    target.add_argument(
        "--handler",
        metavar="MODULE.ATTR",
        default=PROJECT_HANDLER,
        help="a Lambda handler, as it would be deployed (default: %(default)s)",
    )
    what.add_argument(
        "--artifact",
        metavar="DIR",
        help="folder that `sam build` made, to run the handler from there alone (.aws-sam/build/Function)",
    )
    what.add_argument("--app-dir", metavar="DIR", help="folder to import from, before the current one")
    arms = what.add_mutually_exclusive_group()
    arms.add_argument(
        "--placement",
        nargs="+",
        choices=PLACEMENTS,
        default=["init"],
        help="when startup runs: %(choices)s; one arm each (default: init)",
        metavar="P",
    )
    arms.add_argument(
        "--experiment",
        metavar="WEIGHTS",
        help="let chance assign each environment, as when deployed: init=50,first_invocation=50",
    )
    what.add_argument(
        "--env",
        nargs="+",
        action="extend",
        default=[],
        metavar="NAME=VALUE",
        help="environment variables of the function, which inherits none of yours",
    )
    what.add_argument(
        "--table",
        metavar="FILE",
        help="JSON of a DynamoDB table, CreateTable's parameters and Items; served on loopback to boto3",
    )


def _add_load(parser: argparse.ArgumentParser) -> None:
    load = parser.add_argument_group("how much")
    load.add_argument(
        "--environments",
        metavar="N",
        type=_count,
        help=f"execution environments per placement, or in an experiment in all (default: {ENVIRONMENTS})",
    )
    load.add_argument(
        "--invocations", metavar="N", type=_count, help=f"events per environment (default: {INVOCATIONS})"
    )
    load.add_argument("--quick", action="store_true", help=f"{QUICK} environments of {QUICK} invocations")
    load.add_argument(
        "--event",
        nargs="+",
        action="extend",
        default=[],
        metavar="FILE[=WEIGHT]",
        help="API Gateway HTTP API v2 events, drawn by weight (default: one GET /)",
    )
    load.add_argument("--seed", type=int, default=7, help="of the draws and the order (default: %(default)s)")
    load.add_argument(
        "--warm-up",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="begin with an environment that is not recorded, so that none pays for compiling bytecode",
    )


def _add_lambda(parser: argparse.ArgumentParser) -> None:
    platform = parser.add_argument_group("what kind of Lambda")
    platform.add_argument(
        "--init-type",
        choices=("on-demand", "provisioned-concurrency", "snap-start", "lambda-managed-instances"),
        default="on-demand",
        help="on-demand or provisioned-concurrency (default: %(default)s)",
        metavar="TYPE",
    )
    platform.add_argument(
        "--idle",
        metavar="SECONDS",
        type=_seconds,
        default=0,
        help="pause between INIT and the first event, for proactive starts (default: 0)",
    )
    platform.add_argument(
        "--memory",
        metavar="MB",
        type=_count,
        default=MEMORY_MB,
        help="told to the function, not enforced (default: %(default)s)",
    )
    platform.add_argument(
        "--timeout", metavar="SECONDS", type=_above_zero, default=30, help="of one invocation (default: 30)"
    )
    platform.add_argument(
        "--sigterm",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="end environments by SIGTERM, which Lambda does where an extension is registered",
    )


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise argparse.ArgumentTypeError(f"{text} is below 1")
    return count


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 <= seconds < math.inf:
        raise argparse.ArgumentTypeError(f"{text} is no number of seconds")
    return seconds


def _above_zero(text: str) -> float:
    if _seconds(text) == 0:
        raise argparse.ArgumentTypeError("0 seconds are no time to answer in")
    return float(text)
