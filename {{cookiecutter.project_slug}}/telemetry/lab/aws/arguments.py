"""The command line of the lab on Lambda."""

import argparse
from pathlib import Path
from typing import Final

from adapter.placement import PLACEMENTS
from telemetry.lab.aws.settings import ENVIRONMENTS, INVOCATIONS, PARALLEL, PROVISIONED
from telemetry.lab.platform.function import SNAP_START
from telemetry.lab.usage import count_of
from telemetry.memory_size import memory_of

DESCRIPTION: Final = """\
The lab's plan on Lambda itself: the function of a stack that was deployed to be
measured (a twin: `make deploy CONFIG_ENV=measure`) is published once for each
memory size and init type, block by block in random order, and each of these
versions is sent requests, several at once, so that they start new environments.
Placements are dealt to these as in an experiment in production. What the
function writes, and Lambda's report lines, come home to a file of records;
`python -m telemetry.report` turns it into a verdict. An environment counts when
its own record says that it is new.

Before anything is changed you see the account, the function, how many requests
it takes, how long, and dollars at worst, and are asked. The events are executed
for real. At the end, also after Ctrl-C or an error, the original configuration is
put back first of all, then versions, alias and marker of the run are removed.
Should the run itself be killed, --clean does both. Values of variables are
neither printed nor written to a file.
"""
EXAMPLES: Final = """\
examples:
  make deploy CONFIG_ENV=measure       # the twin: a stack and a table of its own
  a look at one size, some minutes:
    python -m telemetry lab --stack shop-measure \\
        --placement init first_invocation --event events/create-ticket.json
  what do memory and SnapStart buy?
    python -m telemetry lab --stack shop-measure \\
        --placement init first_invocation --memory 512 1024 1769 \\
        --init-type on-demand snap-start --event events/create-ticket.json
  in CI, for a dollar at most:
    python -m telemetry lab --stack shop-measure --yes --budget 1 ...
  after a run that was killed:
    python -m telemetry lab --stack shop-measure --clean
  then:
    python -m telemetry report records.jsonl --html report.html

Only twins are measured: stacks whose parameter and tag Measurable is on, and whose
function has that tag. Credentials are boto3's (AWS_PROFILE, AWS_DEFAULT_REGION);
docs/policies/measure.json is all that they need to allow, and it is the right to
run code as the twin's role.

Without --stack the lab measures on this machine: python -m telemetry lab --help

exit codes: 0 done, 1 incomplete or no request succeeded, 2 nothing was begun: the
command line is wrong, the stack is no twin, AWS refused or nobody agreed, 130
stopped by Ctrl-C (128 + n by signal n)
"""


def parser() -> argparse.ArgumentParser:
    """Return the parser; `settings_from` checks what it cannot."""
    parser = argparse.ArgumentParser(
        prog="python -m telemetry lab",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,  # --env, which the lab here has, would be --environments
    )
    _add_what(parser)
    _add_load(parser)
    _add_limits(parser)
    return parser


def _add_what(parser: argparse.ArgumentParser) -> None:
    what = parser.add_argument_group("what to measure")
    what.add_argument("--stack", required=True, metavar="NAME", help="the twin's stack")
    what.add_argument(
        "--clean",
        action="store_true",
        help="put back and remove what a run has left that was killed, and measure nothing. A run that is "
        "still under way elsewhere ends",
    )
    what.add_argument(
        "--placement",
        nargs="+",
        choices=PLACEMENTS,
        default=["init"],
        metavar="P",
        help=f"when the lifespan's startup runs: {', '.join(PLACEMENTS)} (default: init)",
    )
    what.add_argument(
        "--memory",
        nargs="+",
        type=memory_of,
        metavar="MB",
        help="memory sizes (default: the function's own)",
    )
    what.add_argument(
        "--init-type",
        nargs="+",
        choices=("on-demand", SNAP_START, PROVISIONED),
        default=["on-demand"],
        metavar="TYPE",
        help=f"on-demand, {SNAP_START} or {PROVISIONED}; several are compared (default: on-demand)",
    )
    what.add_argument(
        "--event",
        nargs="+",
        action="extend",
        default=[],
        metavar="FILE[=WEIGHT]",
        help="events, drawn by chance in proportion to their weights, such as those of events/ (default: one "
        "GET /)",
    )


def _add_load(parser: argparse.ArgumentParser) -> None:
    load = parser.add_argument_group("how much")
    load.add_argument(
        "--environments",
        type=count_of,
        default=ENVIRONMENTS,
        metavar="N",
        help="new environments for each placement, memory size and init type (default: %(default)s; fewer "
        "than 20 give no verdict)",
    )
    load.add_argument(
        "--invocations",
        type=count_of,
        default=INVOCATIONS,
        metavar="N",
        help="requests for each environment, on average (default: %(default)s)",
    )
    load.add_argument(
        "--parallel",
        type=count_of,
        default=PARALLEL,
        metavar="N",
        help=f"requests at once; the twin's reserved concurrency must hold them (default: {PARALLEL})",
    )
    load.add_argument(
        "--seed", type=int, default=7, metavar="N", help="seed of events and order (default: %(default)s)"
    )


def _add_limits(parser: argparse.ArgumentParser) -> None:
    limits = parser.add_argument_group("what it may cost, and where the records go")
    limits.add_argument(
        "--budget",
        type=float,
        metavar="DOLLARS",
        help="end the run before the first block that could cost more than is left of it",
    )
    limits.add_argument(
        "--prices",
        type=Path,
        metavar="FILE",
        help="prices of a region that the lab does not know, as docs/choose.md shows",
    )
    limits.add_argument("--yes", action="store_true", help="do not ask")
    limits.add_argument(
        "--out",
        default="records.jsonl",
        metavar="FILE",
        help="file of records (default: %(default)s). During the run they are in FILE.part, which replaces "
        "FILE at the end, also of a run that was stopped",
    )
