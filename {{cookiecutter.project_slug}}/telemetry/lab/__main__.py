"""`python -m telemetry.lab`: see `--help`; with `--stack` it measures on Lambda."""

import asyncio
import sys
from collections.abc import Sequence

from telemetry.lab.events import read_sources
from telemetry.lab.run.arguments import parser
from telemetry.lab.run.session import run_lab
from telemetry.lab.run.settings import settings_from
from telemetry.lab.usage import UsageError


def is_of_stack(arguments: Sequence[str]) -> bool:
    """Whether a stack is to be measured, and not this machine."""
    return any(one.partition("=")[0] in {"--stack", "--clean"} for one in arguments)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the lab; return its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if is_of_stack(arguments):
        from telemetry.lab.aws.__main__ import main as on_lambda  # noqa: PLC0415 # boto3, which it needs alone

        return on_lambda(arguments)
    given = parser().parse_args(arguments)
    try:
        return asyncio.run(run_lab(settings_from(given), read_sources(given.event)))
    except UsageError as error:
        sys.stderr.write(f"lab: {error}\n")
        return 2
    except OSError as error:  # no space left, say
        sys.stderr.write(f"lab: {error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
