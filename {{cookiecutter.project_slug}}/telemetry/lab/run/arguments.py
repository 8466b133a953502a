"""The command line of the lab."""

import argparse
import math
from typing import Final, assert_never

from adapter.placement import EXAMPLE, PLACEMENTS, Placement
from telemetry.lab.platform.cpu_share import CPU_MODES
from telemetry.lab.platform.function import MEMORY_MB, PROJECT_HANDLER
from telemetry.lab.run.help_texts import DESCRIPTION, EXAMPLES
from telemetry.lab.run.invocation_counts import Invocations
from telemetry.lab.run.load.options import add_arrivals
from telemetry.lab.run.precision import FEWEST, MOST, Precision
from telemetry.lab.run.settings import ENVIRONMENTS, INVOCATIONS, QUICK
from telemetry.lab.usage import count_of
from telemetry.memory_size import ONE_CORE_MB, memory_of

LONGEST_TIMEOUT_S: Final = 900


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
    add_arrivals(parser)
    _add_platform(parser)
    _add_output(parser)
    return parser


def _add_function(parser: argparse.ArgumentParser) -> None:
    function = parser.add_argument_group("what to run")
    target = function.add_mutually_exclusive_group()
    target.add_argument(
        "--app",
        metavar="MODULE:ATTR",
        help="an ASGI app, or a factory: a function without arguments that returns one; the lab puts adapter "
        "and telemetry around it",
    )
    target.add_argument(
        "--handler",
        metavar="MODULE.ATTR",
        default=PROJECT_HANDLER,
        help="a Lambda handler, as it would be deployed (default: %(default)s)",
    )
    function.add_argument(
        "--artifact",
        metavar="DIR",
        help="a folder that `sam build` made, such as .aws-sam/build/Function; the handler then runs from "
        "there and can import nothing else but the packages of Lambda's runtime",
    )
    function.add_argument(
        "--app-dir",
        metavar="DIR",
        help="a folder to import from, before the current one; with --python instead of the current one, and "
        "the function runs in it",
    )
    function.add_argument(
        "--python",
        metavar="PATH",
        help="the Python of the app's own environment, or that environment's folder. The lab brings adapter, "
        "telemetry and what they need; only awslambdaric has to be installed there. The app's own "
        "packages come first (default: the Python of the lab)",
    )
    function.add_argument(
        "--without-records",
        action="store_true",
        help="measure a handler that writes no records of telemetry: there are only Lambda's report lines, "
        "which are enough to compare two runs, such as before and after a change",
    )
    arms = function.add_mutually_exclusive_group()
    arms.add_argument(
        "--placement",
        nargs="+",
        choices=PLACEMENTS,
        default=["init"],
        help="when the lifespan's startup runs: "
        + "; ".join(f"{placement}, {_meaning(placement)}" for placement in PLACEMENTS)
        + ". Each one that is given is an arm of the comparison (default: init)",
        metavar="P",
    )
    arms.add_argument(
        "--experiment",
        metavar="WEIGHTS",
        help=f"assign each environment a placement by chance, as when deployed, such as {EXAMPLE}",
    )
    function.add_argument(
        "--env",
        nargs="+",
        action="extend",
        default=[],
        metavar="NAME=VALUE",
        help="environment variables of the function; it inherits none of yours",
    )
    function.add_argument(
        "--table",
        metavar="FILE",
        help="a DynamoDB table to serve to the function's boto3, on 127.0.0.1: the parameters of CreateTable "
        "as JSON, and Items to begin with",
    )


def _meaning(placement: Placement) -> str:
    match placement:
        case "init":
            return "once, in Lambda's INIT phase"
        case "first_invocation":
            return "once, at the first event"
        case "every_invocation":
            return "around every event, as with stock Mangum"
        case _:
            assert_never(placement)


def _add_load(parser: argparse.ArgumentParser) -> None:
    load = parser.add_argument_group("how much")
    load.add_argument(
        "--environments",
        metavar="N",
        type=count_of,
        help="execution environments for each placement and memory size; in an experiment, for each memory "
        f"size (default: {ENVIRONMENTS})",
    )
    load.add_argument(
        "--precision",
        metavar="P",
        type=_precision,
        help="run as many environments as it takes for the 95%% interval of the difference between "
        "first_invocation and init, in the first request of an environment, to be P wide to each side: ms, "
        "such as 25, or a share of the mean first request of first_invocation, such as 5%%. For each "
        f"placement that is {FEWEST} at least, and --environments at most (then by default {MOST})",
    )
    load.add_argument(
        "--invocations",
        metavar="N[,P=N...]",
        type=_invocations,
        help=f"events for each environment, in some placements another number, such as "
        f"12,every_invocation=3: the report weighs what they show alike (default: {INVOCATIONS})",
    )
    load.add_argument(
        "--at-once",
        metavar="N",
        type=count_of,
        help="environments that run at once, as far as this machine has the cores for it (default: 1; with "
        "--arrivals as many as the cores can give their share of CPU). Before the run it is measured that "
        "each gets its share; if not, they run one after the other. With --arrivals, who comes when so many "
        "are at work waits. What they write to stderr is mixed in the log",
    )
    load.add_argument(
        "--quick", action="store_true", help=f"{QUICK} environments with {QUICK} invocations each"
    )
    load.add_argument(
        "--event",
        nargs="+",
        action="extend",
        default=[],
        metavar="FILE[=WEIGHT]",
        help="events of an API Gateway HTTP API (payload version 2.0), drawn by chance in proportion to "
        "their weights (default: one GET /)",
    )
    load.add_argument(
        "--seed",
        metavar="N",
        type=int,
        default=7,
        help="seed of what is random: events, and the order of environments (default: %(default)s)",
    )
    load.add_argument(
        "--warm-up",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="begin with one or two environments that are not recorded: they compile bytecode, so that no "
        "recorded one does, and show whether the handler answers, writes records and reads its placement",
    )


def _add_platform(parser: argparse.ArgumentParser) -> None:
    platform = parser.add_argument_group("what kind of Lambda")
    platform.add_argument(
        "--init-type",
        choices=("on-demand", "provisioned-concurrency", "snap-start", "lambda-managed-instances"),
        default="on-demand",
        help="on-demand, provisioned-concurrency, or snap-start: the runtime client calls the function's "
        "hooks around a snapshot, and what copies of it would share or find dead is looked for; nothing is "
        "really copied (default: %(default)s)",
        metavar="TYPE",
    )
    platform.add_argument(
        "--idle",
        metavar="SECONDS",
        type=_seconds,
        default=0,
        help="pause between INIT and the first event, as where Lambda starts environments ahead of time "
        "(default: 0)",
    )
    platform.add_argument(
        "--memory",
        metavar="MB",
        type=memory_of,
        nargs="+",
        default=[MEMORY_MB],
        help="memory size, which decides on the CPU; that the function uses no more memory is not enforced. "
        f"Environments of several sizes run in random order (default: {MEMORY_MB})",
    )
    platform.add_argument(
        "--cpu",
        choices=CPU_MODES,
        help=f"lambda, memory / {ONE_CORE_MB} of a core outside of INIT; full, all that this machine has "
        "(default: lambda, on Linux; full elsewhere)",
    )
    platform.add_argument(
        "--timeout",
        metavar="SECONDS",
        type=_timeout,
        default=30,
        help=f"time limit of an invocation, at most {LONGEST_TIMEOUT_S} (default: 30)",
    )
    platform.add_argument(
        "--sigterm",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="end environments by SIGTERM where an extension is registered, as Lambda does",
    )


def _add_output(parser: argparse.ArgumentParser) -> None:
    output = parser.add_argument_group("where the records go")
    output.add_argument(
        "--out",
        metavar="FILE",
        default="records.jsonl",
        help="file of records (default: %(default)s). During the run they are in FILE.part, which replaces "
        "FILE at the end, also of a run that was stopped; FILE is not touched if no invocation was recorded. "
        "The function's stderr goes to a file with the suffix .log in the place of FILE's",
    )


def _invocations(text: str) -> Invocations:
    try:
        return Invocations.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            "must be a whole number, 1 or greater, or numbers of 2 or greater by placement, such as "
            f"12,every_invocation=3: got {text!r}"
        ) from error


def _precision(text: str) -> Precision:
    try:
        return Precision.of(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"must be a number of ms, such as 25, or a share of the mean, such as 5%: got {text!r}"
        ) from error


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds < math.inf:
        raise argparse.ArgumentTypeError(f"must be a number of seconds, 0 or greater: got {text!r}")
    return seconds


def _timeout(text: str) -> float:
    seconds = _seconds(text)
    if seconds == 0:
        raise argparse.ArgumentTypeError("must be greater than 0")
    if seconds > LONGEST_TIMEOUT_S:
        raise argparse.ArgumentTypeError(f"Lambda has none above {LONGEST_TIMEOUT_S} seconds: got {text!r}")
    return seconds
