"""Command line: which files to read, where the verdict goes."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
from rich.console import Console

from telemetry.report.assignment import weights_from
from telemetry.report.errors import UnusableError
from telemetry.report.model import Verdict
from telemetry.report.table import show
from telemetry.report.verdict import verdict_of

OK, UNUSABLE = 0, 2
TEACHING = """\
what it reads
  One JSON record per line, as the function writes them to stdout, with or without Lambda's platform.report
  lines (JSON, or REPORT text) and whatever else is in the log: what is no record is counted, never fatal.
  Records need no order. A request that comes twice counts once.

what it says
  First one sentence: what keeping the lifespan saves per request, against whom, with a 95 % interval, and
  where that was measured. An interval that covers 0 is "no difference seen". Fewer than about 20
  environments per arm is "cannot tell yet", with how many more are needed.

arms
  init                startup once, in Lambda's INIT phase: the lifespan is kept
  first_invocation    startup once, in the first invocation: a lazy singleton
  every_invocation    startup and shutdown around every event: stock Mangum

examples
  python -m telemetry.lab --placement init every_invocation --out records.jsonl
  python -m telemetry.report records.jsonl --html report.html --json verdict.json
  zcat logs/*.gz | python -m telemetry.report -
  python -m telemetry.report week.jsonl.gz --experiment init=50,first_invocation=50

exit codes
  0  a verdict was printed, "cannot tell yet" included
  2  nothing to judge: a missing file, no records in it, or options that do not fit
"""


def parser() -> argparse.ArgumentParser:
    """Build the command line's parser."""
    made = argparse.ArgumentParser(
        prog="python -m telemetry.report",
        description="Does keeping the ASGI lifespan help, and by how much? Records in, verdict out.",
        epilog=TEACHING,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("files", nargs="+", metavar="FILE", help="file of lines, .gz too; - is standard input")
    made.add_argument("--html", type=Path, metavar="PATH", help="also write one page with charts")
    made.add_argument("--json", type=Path, metavar="PATH", help="also write all numbers, for programs")
    made.add_argument("--service", metavar="NAME", help="which service, when the files hold several")
    made.add_argument(
        "--experiment",
        metavar="WEIGHTS",
        help="test the arms' sizes against such weights as init=50,first_invocation=50",
    )
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    options = parser().parse_args(arguments)
    try:
        weights = weights_from(options.experiment) if options.experiment else None
        verdict = verdict_of(options.files, options.service, weights)
        written = list(_written(verdict, options.json, options.html))
    except UnusableError as error:
        sys.stderr.write(f"telemetry.report: {error}\n")
        return UNUSABLE
    console = Console()
    show(verdict, console)
    for path in written:
        console.print(f"wrote {path}", markup=False, highlight=False)
    return OK


def _written(verdict: Verdict, json: Path | None, html: Path | None) -> Iterator[Path]:
    """Write the files that were asked for, before anything is printed."""
    if json:
        yield _write(json, msgspec.json.format(msgspec.json.encode(verdict), indent=2).decode() + "\n")
    if html:
        from telemetry.report.page import page  # noqa: PLC0415  # charts take a second to import

        yield _write(html, page(verdict))


def _write(path: Path, text: str) -> Path:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UnusableError(f"{path}: cannot be written ({error.strerror}).") from error
    return path


if __name__ == "__main__":
    sys.exit(main())
