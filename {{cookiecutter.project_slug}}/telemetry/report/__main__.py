"""The command line: what to read, and where the verdict goes."""

import argparse
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Final

from telemetry.prices import PricesError
from telemetry.report.arguments import (
    FOR_AWS,
    SINCE,
    compare_parser,
    doctor_parser,
    plan_parser,
    report_parser,
)
from telemetry.report.aws.period import period
from telemetry.report.errors import UnusableError
from telemetry.report.outputs import STDOUT, discarded_on_failure, must_differ, reader_may_leave
from telemetry.report.read.evidence import Evidence, entered, evidence_of
from telemetry.report.read.ledger import Ledger
from telemetry.report.read.lines import shown, source_of
from telemetry.report.read.parallel.pieces import processors
from telemetry.report.read.parallel.processes import Readers

ANSWERS: Final = "telemetry.report.answers"
"""What is imported last, as it takes longest."""
OK: Final = 0
BROKEN: Final = 1
UNUSABLE: Final = 2
FAILED: Final = 3
"""A condition of `--fail-if`."""
INTERRUPTED: Final = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line, of this process by default, and return its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    command = COMMANDS.get(given[0]) if given else None
    try:
        return command(given[1:]) if command else report(given)
    except (UnusableError, PricesError) as error:
        sys.stderr.write(f"telemetry.report: {error}\n")
        return UNUSABLE
    except OSError as error:  # no space left for what does not fit into memory, say
        sys.stderr.write(f"telemetry.report: {error}\n")
        return UNUSABLE
    except KeyboardInterrupt:
        sys.stderr.write("telemetry.report: stopped. Run it again to continue: downloaded hours are kept.\n")
        return INTERRUPTED


def report(arguments: Sequence[str]) -> int:
    """Print a verdict, and write the files that were asked for."""
    command = report_parser()
    options = command.parse_intermixed_args(arguments)
    outputs = {"--json": options.json, "--html": options.html, "--markdown": options.markdown}
    must_differ(outputs, [*options.files, *([options.beside] if options.beside else [])])
    with discarded_on_failure(outputs.values()):
        _refuse_word(options.files)
        evidence = _evidence(options, command)
        beside = _beside(options, evidence.ledger)
        from telemetry.report import answers  # noqa: PLC0415  # imported while other processes read

        verdict = answers.judged(evidence, beside, options, arguments)
        written = list(answers.write(verdict, options.json, options.html, options.markdown))
    if STDOUT not in map(str, outputs.values()):
        answers.show(verdict, written)
    return FAILED if answers.fails(verdict, options) else OK


def plan(arguments: Sequence[str]) -> int:
    """Propose the size of an experiment."""
    command = plan_parser()
    options = command.parse_intermixed_args(arguments)
    per_day = options.per_day
    if options.per_second is not None:
        from telemetry.report import answers  # noqa: PLC0415  # as above

        per_day = answers.traffic(options)
        if not (options.files or options.stack or options.log_group):
            return OK
        sys.stdout.write("\n")
    evidence = _evidence(options, command)
    from telemetry.report import answers  # noqa: PLC0415  # as above

    answers.plan(evidence, options, per_day)
    return OK


def compare(arguments: Sequence[str]) -> int:
    """Show two runs beside each other."""
    options = compare_parser().parse_args(arguments)
    both = (options.before, options.after)
    must_differ({"--json": options.json}, both)
    first, second = map(shown, both)
    with discarded_on_failure([options.json]):
        read = [entered([source_of(one)], _ledger(options), _readers()) for one in both]
        from telemetry.report import answers  # noqa: PLC0415  # as above

        found = answers.changes(*read, chosen=bool(options.service or options.function))
        if options.json:
            answers.write_changes(found, first, second, options.json)
    if str(options.json) != STDOUT:
        answers.show_changes(found, first, second)
    return OK


def _readers() -> Readers:
    """Return the processes that may read; this one imports what comes after reading before it waits."""
    return Readers(processors(), partial(import_module, ANSWERS))


def _ledger(options: argparse.Namespace) -> Ledger:
    return Ledger(options.service, options.function)


def doctor(arguments: Sequence[str]) -> int:
    """Examine a deployment; the exit code says whether something is broken."""
    from rich.console import Console  # noqa: PLC0415  # as in `report`

    from telemetry.report.aws.doctor import examine  # noqa: PLC0415  # boto3 is slow to import
    from telemetry.report.show.examination import show_examination  # noqa: PLC0415  # as above

    options = doctor_parser().parse_args(arguments)
    examination = examine(options.stack, options.since, options.service)
    with reader_may_leave():
        show_examination(examination, Console())
    return BROKEN if examination.broken else OK


COMMANDS: Final[Mapping[str, Callable[[Sequence[str]], int]]] = {
    "compare": compare,
    "plan": plan,
    "doctor": doctor,
}


def _beside(options: argparse.Namespace, ledger: Ledger) -> Evidence | None:
    """Read the run whose figures stand beside."""
    if options.beside is None:
        return None
    found = evidence_of([source_of(options.beside)], options.service, readers=_readers())
    if not (ledger.labs and found.ledger.labs):
        raise UnusableError(
            "--beside is for two runs of the lab, on Lambda or on this machine: "
            f"{'the records beside are' if ledger.labs else 'these records are'} of none."
        )
    return found


WORD: Final = re.compile("[a-z]{1,20}")


def _evidence(options: argparse.Namespace, command: argparse.ArgumentParser) -> Evidence:
    """Read what the options name."""
    sources = list(map(source_of, options.files))
    if not (options.stack or options.log_group):
        if not sources:
            command.error("nothing to read: name a FILE, a --stack or a --log-group")
        if useless := [
            flag for flag, value in vars(options).items() if flag in FOR_AWS and value is not None
        ]:
            command.error(f"--{useless[0]} is for --stack and --log-group; a FILE is read whole")
        return evidence_of(sources, options.service, options.function, _readers())
    from telemetry.report.aws.sources import aggregated, downloaded, groups_of  # noqa: PLC0415  # as above

    insights = options.engine == "insights"
    if insights and sources:
        command.error("--engine insights reads log groups only, no FILE")
    when = period(SINCE if options.since is None else options.since, options.until, datetime.now(UTC))
    groups = groups_of(options.stack, options.log_group)
    if insights:
        if options.function is not None:
            command.error("--engine insights reads whole log groups: name those of the function")
        return aggregated(groups, when, options.service)
    fetched = downloaded(groups, when, options.cache)
    return evidence_of([*sources, *fetched], options.service, options.function, _readers())


def _refuse_word(files: Sequence[str]) -> None:
    """Refuse a first word that is no file: it is likely a mistyped command."""
    if files and WORD.fullmatch(files[0]) and not Path(files[0]).exists():
        raise UnusableError(
            f"{shown(files[0])}: no such file. Name a file or folder of records, or `-` for standard input; "
            f"commands are {', '.join(COMMANDS)}."
        )


if __name__ == "__main__":
    sys.exit(main())
