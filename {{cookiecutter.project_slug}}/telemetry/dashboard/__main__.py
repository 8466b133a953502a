"""`python -m telemetry.dashboard`: write the dashboard into template.yaml."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from telemetry.dashboard.body import body
from telemetry.dashboard.template import with_body


def main(arguments: Sequence[str] | None = None) -> int:
    """Write it where it differs; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m telemetry.dashboard", description=__doc__)
    parser.add_argument("template", nargs="?", type=Path, default=Path("template.yaml"))
    template: Path = parser.parse_args(arguments).template
    before = template.read_text(encoding="utf-8")
    after = with_body(before, body())
    if after != before:
        template.write_text(after, encoding="utf-8")
    sys.stdout.write(f"{template}: {'unchanged' if after == before else 'written anew'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
