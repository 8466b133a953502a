"""What a run of the lab is to do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, TypeAlias

from telemetry.schema import Start

InitType: TypeAlias = Literal["on-demand", "provisioned-concurrency"]

PLACEMENTS: Final = ("init", "first_invocation", "every_invocation")
ASSIGNED: Final = "assigned"
"""In the place of a placement, until the environment's records tell which one it was assigned."""
PROJECT_HANDLER: Final = "service.handler.handler"
ANY_APP_HANDLER: Final = "telemetry.lab.platform.any_app.handler"
ENVIRONMENTS: Final = 25
INVOCATIONS: Final = 12
QUICK: Final = 6
"""Environments, and invocations of each, of a quick look."""
MEMORY_MB: Final = 1024
"""As the template deploys."""
PROACTIVE_GAP_MS: Final = 10_000.0
FUNCTION_NAME: Final = "lab"
REGION: Final = "us-east-1"


class UsageError(Exception):
    """The lab cannot do what it was told; nothing was measured."""


@dataclass(frozen=True, slots=True)
class Settings:
    """One run. Times are in seconds."""

    out: Path
    handler: str = PROJECT_HANDLER
    app: str | None = None
    """`module:attribute` of an ASGI app, which `handler` then serves."""
    artifact: Path | None = None
    """Folder that `handler` is in, with all that it needs but what Lambda has itself."""
    import_path: tuple[Path, ...] = ()
    """Folders before all others on the function's import path."""
    environments: int = ENVIRONMENTS
    """Per placement."""
    invocations: int = INVOCATIONS
    """Per environment."""
    placements: tuple[str, ...] = ("init",)
    """`(ASSIGNED,)` where an experiment assigns them."""
    experiment: str | None = None
    """Weights of the arms. `environments` is then how many run in all."""
    init_type: InitType = "on-demand"
    idle: float = 0
    """Between INIT and the first event."""
    proactive_gap_ms: float = PROACTIVE_GAP_MS
    """From which wait on the telemetry calls a start proactive; its own default."""
    memory_mb: int = MEMORY_MB
    """Told to the function, not enforced."""
    timeout: float = 30
    sigterm: bool = True
    seed: int = 7
    warm_up: bool = True
    """Begin with an environment that is not recorded."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """The function's own environment variables."""
    table: Path | None = None

    @property
    def part(self) -> Path:
        """Where the records are until the run ends."""
        return self.out.with_name(f"{self.out.name}.part")

    @property
    def log(self) -> Path:
        """Where the function's stderr goes."""
        return self.out.with_suffix(".log")

    @property
    def declared(self) -> frozenset[str]:
        """The arms that the experiment names; it is the function that checks them."""
        return frozenset(arm.partition("=")[0].strip() for arm in (self.experiment or "").split(","))

    def start(self, *, waited: bool) -> Start:
        """Return the class of the first invocation of a process that waited for it, or did not."""
        if self.init_type == "provisioned-concurrency":
            return "provisioned"
        return "proactive" if waited and self.idle * 1000 >= self.proactive_gap_ms else "cold"

    @property
    def init_limit(self) -> float:
        """How long INIT may take, as on Lambda."""
        return 10 if self.init_type == "on-demand" else max(130, self.timeout)
