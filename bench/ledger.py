"""Does the ledger agree with the experiment? Many small lab runs, each of which answers the question twice.

The experiment's answer is the difference of two arms, stock Mangum and the lifespan kept. The ledger's answer
is what the repeated startups and shutdowns of the stock arm cost, by the adapter's own clock. `python -m
bench.ledger` prints how often the ledger's answer lies in the experiment's 95 % interval, and how wide its
own interval is.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from telemetry.report.estimate.results import results_of
from telemetry.report.estimate.startup.ledger_check import LedgerCheck
from telemetry.report.read.evidence import evidence_of
from telemetry.report.read.lines import Source, lines_of

APPS = ("waiting", "computing")
RUNS = 100
ENVIRONMENTS, INVOCATIONS = 25, 12
"""Of each arm; of each environment."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Of one run: ms per request, by experiment and by ledger."""

    app: str
    seed: int
    difference: float
    low: float
    high: float
    ledger: float
    ledger_low: float
    ledger_high: float

    @property
    def inside(self) -> bool:
        """The ledger's answer lies in the experiment's interval."""
        return self.low <= self.ledger <= self.high

    @property
    def width(self) -> float:
        """Of the ledger's own interval, as a share of its answer."""
        return (self.ledger_high - self.ledger_low) / self.ledger


def run(app: str, seed: int, environments: int, folder: Path) -> Answer:
    """Run the lab once, and read both answers."""
    out = folder / "records.jsonl"
    command = [
        sys.executable, "-m", "telemetry.lab", "--app", f"bench.ledger_apps:{app}", "--no-warm-up",
        "--placement", "init", "every_invocation", "--environments", str(environments),
        "--invocations", str(INVOCATIONS), "--seed", str(seed), "--out", str(out),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    found = results_of(evidence_of([Source(out.name, lines_of(str(out)))])).ledger
    if found is None:
        raise RuntimeError(f"{app}, seed {seed}: an arm is missing")
    return _answer(app, seed, found)


def _answer(app: str, seed: int, found: LedgerCheck) -> Answer:
    seen, explained = found.difference, found.explained
    bounds = [float("nan") if bound is None else bound for bound in
              (seen.low, seen.high, explained.low, explained.high)]  # fmt: skip
    return Answer(app, seed, seen.value, bounds[0], bounds[1], explained.value, bounds[2], bounds[3])


def table(answers: Sequence[Answer]) -> str:
    """Write one row per app as Markdown, and one of all."""
    lines = [
        "| app | runs | inside | experiment, ms | its half width | ledger, ms | its width, median | most |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name in (*dict.fromkeys(answer.app for answer in answers), "all"):
        mine = [answer for answer in answers if name in {answer.app, "all"}]
        widths = np.array([answer.width for answer in mine])
        cells = (
            name, str(len(mine)), str(sum(answer.inside for answer in mine)),
            f"{np.mean([answer.difference for answer in mine]):.1f}",
            f"{np.median([(answer.high - answer.low) / 2 for answer in mine]):.1f}",
            f"{np.mean([answer.ledger for answer in mine]):.1f}",
            f"{100 * np.median(widths):.1f} %", f"{100 * widths.max():.1f} %",
        )  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    """Alternate the apps, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.ledger", description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=RUNS, help="of both apps together (%(default)s)")
    parser.add_argument("--environments", type=int, default=ENVIRONMENTS, help="per arm (%(default)s)")
    options = parser.parse_args()
    answers = []
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(options.runs):
            answers.append(run(APPS[seed % len(APPS)], seed, options.environments, Path(folder)))
            sys.stderr.write(f"{len(answers)} of {options.runs}: {answers[-1]} {answers[-1].inside}\n")
    sys.stdout.write(table(answers) + "\n")


if __name__ == "__main__":
    main()
