"""What the platform has to know of a function's version."""

from collections.abc import Mapping
from dataclasses import dataclass

from telemetry.lab.platform.function import InitType


@dataclass(frozen=True, slots=True)
class Deployed:
    """A version, or $LATEST, as it was when an event came for it."""

    name: str
    version: str
    region: str
    arn: str
    """Without a version."""
    code_sha: str
    code: bytes
    """A zip file."""
    handler: str
    runtime: str
    memory_mb: int
    timeout: float
    variables: Mapping[str, str]
    init_type: InitType
    log_group: str
    log_format: str
    """Text or JSON."""
    log_level: str
    """The application's, in JSON."""

    @property
    def version_arn(self) -> str:
        """ARN of the version; that of the function for $LATEST."""
        return self.arn if self.version == "$LATEST" else f"{self.arn}:{self.version}"

    @property
    def key(self) -> tuple[object, ...]:
        """Equal where one environment can serve both: so a changed $LATEST gets new ones."""
        settings = (self.handler, self.runtime, self.memory_mb, self.timeout, self.init_type)
        logging = (self.log_group, self.log_format, self.log_level)
        return (
            self.version_arn,
            self.code_sha,
            *settings,
            *logging,
            tuple(sorted(self.variables.items())),
        )
