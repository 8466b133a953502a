"""Command line: what to read, where the verdict goes."""

import argparse
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from rich.console import Console

from telemetry.report.arguments import FOR_AWS, SINCE, doctor_parser, plan_parser, report_parser
from telemetry.report.aws.period import period
from telemetry.report.errors import UnusableError
from telemetry.report.evidence import Evidence, Source, evidence_of
from telemetry.report.model import Verdict
from telemetry.report.outputs import must_differ
from telemetry.report.planning import plan_of
from telemetry.report.planning import show as show_plan
from telemetry.report.sources import lines_of
from telemetry.report.table import show
from telemetry.report.verdict import Declared, judge

OK, UNUSABLE, INTERRUPTED = 0, 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    command = COMMANDS.get(given[0]) if given else None
    try:
        return command(given[1:]) if command else report(given)
    except UnusableError as error:
        sys.stderr.write(f"telemetry.report: {error}\n")
        return UNUSABLE
    except OSError as error:  # no space left for what does not fit into memory, say
        sys.stderr.write(f"telemetry.report: {error}\n")
        return UNUSABLE
    except KeyboardInterrupt:
        sys.stderr.write("telemetry.report: stopped. Run it again: hours that were fetched are kept.\n")
        return INTERRUPTED


def report(arguments: Sequence[str]) -> int:
    """Judge."""
    command = report_parser()
    options = command.parse_args(arguments)
    must_differ({"--json": options.json, "--html": options.html}, options.files)
    _refuse_word(options.files)
    verdict = judge(_evidence(options, command), Declared(options.experiment, options.planned))
    written = list(_written(verdict, options.json, options.html))
    console = Console()
    show(verdict, console)
    for path in written:
        console.print(f"wrote {path}", markup=False, highlight=False)
    return OK


def plan(arguments: Sequence[str]) -> int:
    """Propose the size of an experiment."""
    command = plan_parser()
    options = command.parse_args(arguments)
    found = plan_of(_evidence(options, command), options.weights, options.precision, options.per_day)
    show_plan(found, Console())
    return OK


def doctor(arguments: Sequence[str]) -> int:
    """Examine a deployment."""
    from telemetry.report.aws.doctor import examine  # noqa: PLC0415  # boto3 is slow to import

    options = doctor_parser().parse_args(arguments)
    return examine(options.stack, options.since, Console())


COMMANDS: Mapping[str, Callable[[Sequence[str]], int]] = {"plan": plan, "doctor": doctor}

WORD = re.compile("[a-z]{1,20}")


def _evidence(options: argparse.Namespace, command: argparse.ArgumentParser) -> Evidence:
    """Read what the options name."""
    sources = [Source(name, lines_of(name)) for name in options.files]
    if not (options.stack or options.log_group):
        if not sources:
            command.error("nothing to read: name a FILE, a --stack or a --log-group")
        if useless := [
            flag for flag, value in vars(options).items() if flag in FOR_AWS and value is not None
        ]:
            command.error(f"--{useless[0]} is for --stack and --log-group; a FILE is read whole")
        return evidence_of(sources, options.service)
    from telemetry.report.aws.sources import downloaded, groups_of, summed  # noqa: PLC0415  # as above

    insights = options.engine == "insights"
    if insights and sources:
        command.error("--engine insights reads log groups only, no FILE")
    when = period(SINCE if options.since is None else options.since, options.until, datetime.now(UTC))
    groups = groups_of(options.stack, options.log_group)
    if insights:
        return summed(groups, when, options.service)
    fetched = downloaded(groups, when, options.cache)
    return evidence_of([*sources, *fetched], options.service)


def _refuse_word(files: Sequence[str]) -> None:
    """Take a first word that is no file for a mistyped command."""
    if files and WORD.fullmatch(files[0]) and not Path(files[0]).exists():
        raise UnusableError(
            f"{files[0]}: no such file. Name a file of records, or `-` for standard input; commands are "
            f"{' and '.join(COMMANDS)}."
        )


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
