"""`python -m telemetry lab --stack NAME`: see its `--help`."""

import sys
from collections.abc import Sequence

from telemetry.lab.aws.arguments import parser
from telemetry.lab.aws.session import REFUSED, clean_up, measure
from telemetry.lab.aws.settings import settings_from
from telemetry.lab.events import read_sources
from telemetry.lab.usage import UsageError
from telemetry.prices import PricesError
from telemetry.report.errors import UnusableError


def main(argv: Sequence[str]) -> int:
    """Measure a twin, or clean up after a run; return the exit code."""
    given = parser().parse_args(argv)
    try:
        if given.clean:
            return clean_up(given.stack)
        return measure(settings_from(given), read_sources(given.event))
    except (PricesError, UnusableError, UsageError) as error:
        sys.stderr.write(f"lab: {error}\n")
        return REFUSED
    except OSError as error:  # no space left, say
        sys.stderr.write(f"lab: {error}\n")
        return 1
    except KeyboardInterrupt:  # while it looked, asked or cleaned
        sys.stderr.write(f"lab: stopped; {'run it again' if given.clean else 'nothing was changed'}.\n")
        return 130
