"""What the lab tells the person who ran it."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from telemetry.lab.platform.environment import SHUTDOWN_BUDGET
from telemetry.lab.platform.runtime_api import InitError
from telemetry.lab.run.cause import cause_in
from telemetry.lab.run.counts import Tally
from telemetry.lab.run.settings import ASSIGNED, Settings
from telemetry.schema import STARTS

TAIL: Final = 20
"""Lines of output shown of an environment that did not start."""
WIDTH: Final = 300


def summary(settings: Settings, tally: Tally, *, complete: bool) -> str:
    """Sum up a run."""
    name = settings.app or settings.handler
    lines = [
        f"{name}, {settings.init_type}: measured on this machine, not on Lambda.",
        *_table(tally),
        *_failures(tally),
        *_endings(settings, tally),
    ]
    if not complete:
        lines.append("The run is incomplete.")
    return "\n".join([*lines, *_ignored(settings, tally), *_files(settings, tally)]) + "\n"


def _ignored(settings: Settings, tally: Tally) -> list[str]:
    if not tally.ignored:
        return []
    told = {arm: " and ".join(sorted(instead)) for arm, instead in tally.ignored.items()}
    if settings.experiment is None:
        says = ", ".join(f"records of {arm} say {instead}" for arm, instead in told.items())
        what = f"the placement: {says}"
    else:
        what = f"the experiment {settings.experiment}: its records say {told[ASSIGNED]}"
    return [f"The handler ignored {what}. Let it take placement=placement_from(os.environ)."]


def _files(settings: Settings, tally: Tally) -> list[str]:
    beside = f"(the function's stderr: {settings.log})"
    if not tally.invocations:
        return [
            f"No invocation was recorded, so {settings.out} is as it was before.",
            f"What there is: {settings.part} {beside}",
        ]
    return [f"Records: {settings.out} {beside}", f"Next: python -m telemetry.report {settings.out}"]


def _table(tally: Tally) -> list[str]:
    seen = [start for start in STARTS if any(sent.starts[start] for sent in tally.sent.values())]
    heads = ("environments", "invocations", *seen, "2xx")
    rows = ["  " + " " * 16 + "".join(f"{head:>14}" for head in heads)]
    for placement, sent in tally.sent.items():
        counts = (
            sent.environments,
            sent.invocations,
            *(sent.starts[start] for start in seen),
            sent.succeeded,
        )
        rows.append(f"  {placement:<16}" + "".join(f"{count:>14}" for count in counts))
    return rows


def _failures(tally: Tally) -> list[str]:
    if not tally.failures:
        return []
    what = ", ".join(f"{name} ({count})" for name, count in tally.failures.most_common())
    return [f"{tally.failures.total()} of {tally.invocations} invocations had no 2xx response: {what}."]


def _endings(settings: Settings, tally: Tally) -> list[str]:
    endings: Counter[str] = Counter(tally.endings)
    lines = []
    if tally.cut_inits:
        lines.append(
            f"INIT was cut at {settings.init_limit:.0f} s, as on Lambda, in {tally.cut_inits} environments; "
            "their first invocation began it again."
        )
    if endings["sigterm"]:
        lines.append(f"SIGTERM ended {endings['sigterm']} environments.")
    if endings["too slow"]:
        lines.append(
            f"{endings['too slow']} environments were killed {SHUTDOWN_BUDGET * 1000:.0f} ms after SIGTERM, "
            "as Lambda does: their shutdown did not finish."
        )
    if endings["sigkill"]:
        reason = "as Lambda does where no extension is registered" if settings.sigterm else "as told"
        lines.append(f"{endings['sigkill']} environments were killed without SIGTERM, {reason}.")
    return lines


def init_failure(name: str, error: InitError, said: Sequence[str]) -> str:
    """Tell that an environment did not start, why, and what it said last."""
    cause = cause_in(said)
    lines = [
        f"lab: the function did not start, in {name}: {error}",
        *(f"  {line}" for line in cause if line not in str(error)),
        *(line.rstrip() for line in error.stack),
        f"Its last output, of {len(said)} lines:" if said else "It wrote nothing.",
        *(f"  {line[:WIDTH]}" for line in said[-TAIL:]),
        "The run stops here, since arms of unequal size would compare badly.",
    ]
    return "\n".join(lines) + "\n"
