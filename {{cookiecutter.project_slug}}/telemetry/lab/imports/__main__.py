"""What the imports of an app cost, and whether requests use them: `python -m telemetry imports --help`."""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from telemetry.lab.imports.arguments import parser
from telemetry.lab.imports.document import document
from telemetry.lab.imports.examination import examine
from telemetry.lab.imports.serving import NotServedError
from telemetry.lab.imports.table import show
from telemetry.lab.terminal import output_console
from telemetry.lab.usage import UsageError

STDOUT: Final = "-"


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table; return the exit code, as `--help` says."""
    given = parser().parse_args(argv)
    try:
        found = asyncio.run(examine(given))
        if given.json == STDOUT:
            sys.stdout.write(document(found))
            return 0
        show(found, output_console())
        if given.json is not None:
            Path(given.json).write_text(document(found), encoding="utf-8")
    except UsageError as error:
        return _told(error, 2)
    except (NotServedError, OSError) as error:
        return _told(error, 1)
    except KeyboardInterrupt:
        return 130
    return 0


def _told(error: Exception, code: int) -> int:
    sys.stderr.write(f"imports: {error}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
