"""The command line of `imports`."""

import argparse
from pathlib import Path
from typing import Final

from telemetry.lab.imports.lazy import MOST
from telemetry.lab.imports.signed_rank import FEWEST
from telemetry.lab.platform.function import MEMORY_MB
from telemetry.memory_size import ONE_CORE_MB, memory_of

ENVIRONMENTS: Final = 20
DESCRIPTION: Final = f"""\
Which packages cost INIT what, whether requests use them, and what is saved by
importing one later. The app is imported and started in new processes; the table
shows what each package took to import, the startup's imports included.

cost          "ms" are a package's own modules; "with imports" adds whatever
              it was the first to import. Others may need that too, so this is
              more than it can save. "no bytecode" is what an artifact
              without .pyc files would pay.
in requests   one environment serves each --event once. "ran": a function of the
              package ran in a request. "did not run": none did; but its
              classes, constants or C code may have been used, and INIT may need
              it. "cannot tell: native": none did, but it has compiled parts.
              This takes Python 3.12 or newer, here or by --python.
first import  file and line of whoever imported it first.

With --lazy the app runs with an import moved into the functions that use it, in
turn with the app as it is: INIT and the first request of each event, which get
the CPU of --memory. The app's files stay as they are. This is done where the
names are used inside functions alone; what somebody else imports all the same is
said, and saves nothing. Move what saves INIT and what requests seldom need:
a request that needs it waits for it, at memory / {ONE_CORE_MB} of a core.
"""
EXAMPLES: Final = """\
examples:
  this project, with its table, so that requests succeed:
    python -m telemetry imports --table events/tickets-table.json \\
        --env TICKETS_TABLE=tickets --event events/read-ticket.json
  an existing app in its own environment:
    python -m telemetry imports --python ../shop/.venv --app shop.main:app \\
        --app-dir ../shop --event cart.json
  what does it save to import openpyxl later?
    python -m telemetry imports --app shop.main:app --lazy openpyxl \\
        --event list.json export.json

exit codes: 0 done, 1 something could not be measured, 2 the command line is
wrong or names no app, 130 stopped by Ctrl-C
"""


def parser() -> argparse.ArgumentParser:
    """Return the parser of `imports`."""
    parser = argparse.ArgumentParser(
        prog="python -m telemetry imports",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_app(parser)
    _add_requests(parser)
    parser.add_argument(
        "--json",
        metavar="PATH",
        help="also write all numbers, for programs; - is standard output, without the table",
    )
    return parser


def _add_app(parser: argparse.ArgumentParser) -> None:
    app = parser.add_argument_group("which app")
    app.add_argument(
        "--app",
        default="service.app:app",
        metavar="MODULE:ATTR",
        help="an ASGI app, or a factory of one (default: %(default)s)",
    )
    app.add_argument(
        "--app-dir",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="a folder to import from, before the current one; may be given several times. With --python "
        "instead of the current one, and the app runs in the first",
    )
    app.add_argument(
        "--python",
        metavar="PATH",
        help="the Python of the app's own environment, or that environment's folder; only awslambdaric has "
        "to be installed there beside the app's packages (default: the Python of the lab)",
    )
    app.add_argument(
        "--env",
        nargs="+",
        action="extend",
        default=[],
        metavar="NAME=VALUE",
        help="environment variables of the app; it inherits none of yours",
    )
    app.add_argument(
        "--table",
        type=Path,
        metavar="FILE",
        help="a DynamoDB table to serve to the app's boto3, on 127.0.0.1, as for `lab`",
    )


def _add_requests(parser: argparse.ArgumentParser) -> None:
    requests = parser.add_argument_group("requests, and imports that are moved")
    requests.add_argument(
        "--event",
        nargs="+",
        action="extend",
        default=[],
        metavar="FILE",
        help="events of an API Gateway HTTP API (payload version 2.0), one of each kind of request that the "
        "app gets (default: one GET /)",
    )
    requests.add_argument(
        "--lazy",
        nargs="*",
        metavar="PACKAGE",
        help=f"measure what is saved if its import is moved; without a name, of the {MOST} dearest packages "
        "whose imports can be",
    )
    requests.add_argument(
        "--environments",
        type=_environments,
        default=ENVIRONMENTS,
        metavar="N",
        help="with --lazy: environments of the app as it is, and with each package moved (default: "
        "%(default)s)",
    )
    requests.add_argument(
        "--memory",
        type=memory_of,
        default=MEMORY_MB,
        metavar="MB",
        help=f"with --lazy: the memory size, which decides on the CPU of requests (default: {MEMORY_MB})",
    )


def _environments(text: str) -> int:
    if not text.isdecimal() or int(text) < FEWEST:
        raise argparse.ArgumentTypeError(
            f"must be a whole number, {FEWEST} or greater, for an interval: got {text!r}"
        )
    return int(text)
