"""`python -m telemetry choose`: what to read, and where the choice goes."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from rich.console import Console

from telemetry.prices import ARCHITECTURE, REGION, PricesError, prices_of
from telemetry.report.choose.arguments import SINCE, choose_parser
from telemetry.report.choose.choice import Wanted
from telemetry.report.choose.document import encoded
from telemetry.report.choose.recorded import Recorded, recorded
from telemetry.report.choose.show.terminal import show_choice
from telemetry.report.choose.study import Asked, Choice, Material, chosen
from telemetry.report.errors import UnusableError
from telemetry.report.estimate.startup.advice import advise
from telemetry.report.outputs import STDOUT, discarded_on_failure, must_differ, reader_may_leave, write_whole
from telemetry.report.provenance import made_now
from telemetry.report.read.evidence import Evidence, evidence_of
from telemetry.report.read.lines import source_of
from telemetry.report.read.parallel.pieces import processors
from telemetry.report.read.parallel.processes import Readers
from telemetry.report.read.records import place_of
from telemetry.report.show.made import Made

MANY: Final = 1_000_000
"""Requests from which on it takes some while."""
OK: Final = 0
UNUSABLE: Final = 2
INTERRUPTED: Final = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line, of this process by default, and return its exit code."""
    try:
        return choose(sys.argv[1:] if arguments is None else arguments)
    except (
        UnusableError,
        PricesError,
        OSError,
    ) as error:  # the latter: no space left for what does not fit into memory, say
        sys.stderr.write(f"telemetry choose: {error}\n")
        return UNUSABLE
    except KeyboardInterrupt:
        sys.stderr.write("telemetry choose: stopped.\n")
        return INTERRUPTED


def choose(arguments: Sequence[str]) -> int:
    """Print the options and the recommended one, and write the files that were asked for."""
    options = choose_parser().parse_intermixed_args(arguments)
    outputs = {"--json": options.json, "--html": options.html}
    prices = [] if options.prices is None else [str(options.prices)]
    must_differ(outputs, [*options.files, *options.times, *prices])
    with discarded_on_failure(outputs.values()):
        asked, material = _asked(options), _material(options)
        _tell_how_far(material)
        choice = chosen(asked, material)
        made = made_now(("python", "-m", "telemetry", "choose", *arguments))
        written = list(_written(choice, options.json, options.html, made))
    if STDOUT not in map(str, outputs.values()):
        console = Console()
        with reader_may_leave():
            show_choice(choice, console)
            for path in written:
                console.print(f"wrote {path}", markup=False, highlight=False, soft_wrap=True)
    return OK


def _tell_how_far(material: Material) -> None:
    """Say that many requests were read, for what follows takes as long as reading them."""
    if material.recorded is not None and (count := len(material.recorded.traffic.at)) >= MANY:
        sys.stderr.write(f"telemetry choose: {count:,} requests read; trying the forecast, then options\n")


def _asked(options: argparse.Namespace) -> Asked:
    region, architecture, assumed = _place(options)
    return Asked(
        prices_of(region, architecture, options.prices),
        Wanted(options.prefer, options.p99_under, options.under),
        options.pool,
        options.arrivals,
        options.scale,
        assumed,
    )


def _place(options: argparse.Namespace) -> tuple[str, str, str]:
    """Return the region and the architecture whose prices are taken, and what was assumed of them."""
    region, architecture, why = options.region, options.architecture, "records do not tell it"
    if (options.stack or options.log_group) and not (region and architecture):
        from telemetry.report.aws.sources import place_of  # noqa: PLC0415  # boto3 is slow to import

        place = place_of(options.stack)
        region, architecture = region or place.region, architecture or place.architecture
        why = place.why
    missing = [f"--{name}" for name, told in (("region", region), ("architecture", architecture)) if not told]
    region, architecture = region or REGION, architecture or ARCHITECTURE
    if not missing:
        return region, architecture, ""
    named = f"{' and '.join(missing)} {'name others' if len(missing) > 1 else 'names another'}"
    return region, architecture, f"prices are taken to be those of {region}, {architecture} ({why}): {named}"


def _material(options: argparse.Namespace) -> Material:
    """Read the traffic and the runs; the advice on resources is of the traffic, or else of the first run."""
    evidence = _evidence(options)
    runs = [evidence_of([source_of(name)]) for name in options.times]
    runs.sort(key=lambda run: place_of(run.ledger.labs) != "lambda")  # those that tell ms come first
    traffic = _traffic(evidence, options.memory)
    advised = evidence or runs[0]
    return Material(
        traffic,
        [recorded(run, options.memory) for run in runs],
        advise(advised.ledger, advised.loads, advised.totals),
        _function(evidence),
    )


def _evidence(options: argparse.Namespace) -> Evidence | None:
    """Read the traffic's records; None where the arrivals are stated and there are none."""
    sources = list(map(source_of, options.files))
    if options.stack or options.log_group:
        from telemetry.report.aws.period import period  # noqa: PLC0415  # boto3 is slow to import
        from telemetry.report.aws.sources import downloaded, groups_of  # noqa: PLC0415  # as above

        when = period(options.since or SINCE, options.until, datetime.now(UTC))
        sources += downloaded(groups_of(options.stack, options.log_group), when, options.cache)
    elif options.since or options.until:
        raise UnusableError("--since and --until are for --stack and --log-group; a file is read whole")
    if sources:
        return evidence_of(sources, options.service, options.function, Readers(processors()))
    if options.arrivals is None:
        raise UnusableError(
            "nothing to choose for: name records of TRAFFIC, a --stack, or --arrivals poisson:3/s"
        )
    if not options.times:
        raise UnusableError(
            "nothing tells how long requests take: name records of TRAFFIC, or a run with --times"
        )
    return None


def _traffic(evidence: Evidence | None, memory_mb: float | None) -> Recorded | None:
    if evidence is None:
        return None
    if evidence.ledger.labs:
        raise UnusableError(
            "a lab run holds no traffic of yours: its requests came as the lab sent them. Give it as "
            "--times, with records of Lambda as TRAFFIC, or with --arrivals poisson:3/s."
        )
    return recorded(evidence, memory_mb)


def _function(evidence: Evidence | None) -> str | None:
    names = set() if evidence is None else {unit.function for unit in evidence.ledger.units if unit.function}
    return next(iter(names)) if len(names) == 1 else None


def _written(choice: Choice, json: Path | None, html: Path | None, made: Made) -> Iterator[Path]:
    if json is not None:
        yield write_whole(json, encoded(choice))
    if html is not None:
        from telemetry.report.choose.show.page import page  # noqa: PLC0415  # charts take a second to import

        yield write_whole(html, page(choice, made))


if __name__ == "__main__":
    sys.exit(main())
