"""The settings of a run on Lambda, made of the command line."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias, TypeVar

from adapter.placement import Placement, PlacementError, parse_weights
from telemetry.lab.platform.function import SNAP_START, InitType
from telemetry.lab.usage import UsageError

ENVIRONMENTS: Final = 30
INVOCATIONS: Final = 8
PARALLEL: Final = 5
"""Requests at once, at most."""
PROVISIONED: Final = "provisioned-concurrency"
Item = TypeVar("Item")
Weights: TypeAlias = str


class Configuration(NamedTuple):
    """What a version is published with; the verdict compares these."""

    memory_mb: int
    init_type: InitType

    def __str__(self) -> str:
        return f"{self.memory_mb} MB, {self.init_type}"


class Deal(NamedTuple):
    """What one version measures: a configuration, and the placements that its environments are dealt."""

    configuration: Configuration
    placements: tuple[Placement, ...]

    def __str__(self) -> str:
        return f"{self.configuration}, {' and '.join(self.placements)}"


@dataclass(frozen=True, slots=True)
class Settings:
    """One run."""

    stack: str
    out: Path
    placements: tuple[Placement, ...] = ("init",)
    memory_mb: tuple[int, ...] = ()
    init_types: tuple[InitType, ...] = ("on-demand",)
    environments: int = ENVIRONMENTS
    """For each placement, memory size and init type."""
    invocations: int = INVOCATIONS
    """For each environment."""
    parallel: int = PARALLEL
    budget: float | None = None
    """Dollars."""
    prices: Path | None = None
    seed: int = 7
    yes: bool = False
    """Nobody is asked."""

    @property
    def partial_out(self) -> Path:
        """Where the records are until the run ends."""
        return self.out.with_name(f"{self.out.name}.part")

    @property
    def configurations(self) -> tuple[Configuration, ...]:
        """All that are compared."""
        return tuple(Configuration(memory, kind) for kind in self.init_types for memory in self.memory_mb)

    @property
    def deals(self) -> tuple[Deal, ...]:
        """What versions are published for.

        Placements are dealt inside of a version, as in production, where the adapter does so: not under
        SnapStart, whose environments are copies of one, and not with much `every_invocation`.
        """
        dealt = weights_of(self.placements) is not None
        return tuple(
            Deal(configuration, placements)
            for configuration in self.configurations
            for placements in (
                [self.placements]
                if dealt and configuration.init_type != SNAP_START
                else [(placement,) for placement in self.placements]
            )
        )


def weights_of(placements: Sequence[Placement]) -> Weights | None:
    """Return the experiment that deals these placements evenly; None where the adapter has none."""
    text = ",".join(f"{placement}=1" for placement in placements)
    try:
        parse_weights(text)
    except PlacementError:
        return None
    return text


def settings_from(given: argparse.Namespace) -> Settings:
    """Make settings of parsed arguments; without `--memory`, the function's own is filled in later.

    Raises:
        UsageError: They contradict each other, or the file cannot be written.
    """
    if given.budget is not None and not 0 < given.budget < float("inf"):
        raise UsageError(f"--budget {given.budget:g}: a number of dollars, greater than 0")
    return Settings(
        stack=given.stack,
        out=_writable(given.out),
        placements=_distinct("--placement", given.placement),
        memory_mb=_distinct("--memory", given.memory or ()),
        init_types=_distinct("--init-type", given.init_type),
        environments=given.environments,
        invocations=given.invocations,
        parallel=given.parallel,
        budget=given.budget,
        prices=given.prices,
        seed=given.seed,
        yes=given.yes,
    )


def _distinct(option: str, values: Sequence[Item]) -> tuple[Item, ...]:
    if len(set(values)) < len(values):
        raise UsageError(f"{option} {' '.join(map(str, values))}: name each of them once")
    return tuple(values)


def _writable(name: str) -> Path:
    out = Path(name)
    if out.is_symlink():
        out = out.resolve()  # the file that a link leads to is replaced, and the link stays
    if out.exists() and not out.is_file():
        raise UsageError(f"--out {name}: it exists and is not a regular file")
    partial = out.with_name(f"{out.name}.part")
    try:
        is_new = not partial.exists()
        partial.open("ab").close()
        if is_new:
            partial.unlink()
    except OSError as error:
        raise UsageError(f"--out {name}: cannot write {partial}: {error.strerror}") from error
    return out
