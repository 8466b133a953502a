"""`python -m telemetry.lab`: see `--help`."""

import asyncio
import sys
from collections.abc import Sequence

from telemetry.lab.events import read_sources
from telemetry.lab.run.arguments import parser
from telemetry.lab.run.session import run_lab
from telemetry.lab.run.settings import settings_from
from telemetry.lab.usage import UsageError


def main(argv: Sequence[str] | None = None) -> int:
    """Run the lab; return its exit code."""
    given = parser().parse_args(argv)
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
