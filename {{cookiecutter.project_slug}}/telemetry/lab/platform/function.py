"""The configuration of the function: what Lambda would be told when the function is created."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, TypeAlias, assert_never

from telemetry.lab.app.interpreter import Interpreter
from telemetry.lab.usage import UsageError
from telemetry.schema import Start

InitType: TypeAlias = Literal["on-demand", "provisioned-concurrency", "snap-start"]
SNAP_START: Final = "snap-start"

FUNCTION_NAME: Final = "lab"
REGION: Final = "us-east-1"
FUNCTION_ARN: Final = f"arn:aws:lambda:{REGION}:123456789012:function:{FUNCTION_NAME}"
PROJECT_HANDLER: Final = "service.handler.handler"
ANY_APP_HANDLER: Final = "telemetry.lab.app.any_app.handler"
MEMORY_MB: Final = 1024
"""As the template deploys."""
PROACTIVE_GAP_MS: Final = 10_000.0
"""The telemetry's own default of `LIFESPAN_PROACTIVE_GAP_MS`."""


@dataclass(frozen=True, slots=True)
class FunctionConfiguration:
    """A function of the local Lambda. Times are in seconds."""

    handler: str = PROJECT_HANDLER
    app: str | None = None
    """`module:attribute` of an ASGI app; `handler` is then `ANY_APP_HANDLER`, which serves it."""
    artifact: Path | None = None
    """Folder of a built artifact: the handler with everything that Lambda's runtime does not have itself."""
    import_path: tuple[Path, ...] = ()
    """Folders that the function imports from first."""
    python: Interpreter | None = None
    """The app's own environment; None where it runs in the lab's."""
    init_type: InitType = "on-demand"
    idle: float = 0
    """Between INIT and the first event, as where Lambda starts an environment ahead of time; under SnapStart
    between the snapshot and its restore."""
    proactive_gap_ms: float = PROACTIVE_GAP_MS
    """Milliseconds of `idle` from which on the telemetry calls a start proactive."""
    memory_mb: int = MEMORY_MB
    """Decides on the CPU that the function gets; that it uses no more memory is not enforced."""
    timeout: float = 30
    """Of one invocation."""
    init_limit: float | None = None
    """How long INIT may take; None for Lambda's own limit."""
    sigterm: bool = True
    """Whether environments with an extension are ended by SIGTERM, as on Lambda."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """The function's own environment variables."""

    @property
    def target(self) -> str:
        """What was asked to run: the app, else the handler."""
        return self.app or self.handler

    @property
    def folder(self) -> Path:
        """Where the function's code is, and its processes run: the artifact, or the app's own folder."""
        own = self.import_path[:1] if self.python is not None else ()
        return self.artifact or (own[0] if own else Path.cwd())

    @property
    def init_timeout(self) -> float:
        """Seconds that INIT may take, as on Lambda unless another limit is set."""
        if self.init_limit is not None:
            return self.init_limit
        return 10 if self.init_type == "on-demand" else max(130, self.timeout)

    @property
    def snap_start(self) -> bool:
        """Whether requests are served by restored copies of a snapshot."""
        return self.init_type == SNAP_START

    @property
    def version(self) -> str:
        """Its version; Lambda takes snapshots of published ones alone."""
        return "1" if self.snap_start else "$LATEST"

    @property
    def arn(self) -> str:
        """By which it is invoked."""
        return f"{FUNCTION_ARN}:{self.version}" if self.snap_start else FUNCTION_ARN

    def first_start(self, *, waited: bool) -> Start:
        """Return the start class of a process's first invocation.

        Args:
            waited: Whether the process had finished its INIT before the event came.
        """
        match self.init_type:
            case "provisioned-concurrency":
                return "provisioned"
            case "snap-start":
                return "snapstart"
            case "on-demand":
                return "proactive" if waited and self.idle * 1000 >= self.proactive_gap_ms else "cold"
            case _:
                assert_never(self.init_type)


def proactive_gap_ms(variables: Mapping[str, str]) -> float:
    """Return the gap that the function's variables set, else `PROACTIVE_GAP_MS`.

    Raises:
        UsageError: It is not a number.
    """
    name = "LIFESPAN_PROACTIVE_GAP_MS"
    try:
        return float(variables.get(name, PROACTIVE_GAP_MS))
    except ValueError as error:
        raise UsageError(f"--env {name}={variables[name]}: expected a number of milliseconds") from error
