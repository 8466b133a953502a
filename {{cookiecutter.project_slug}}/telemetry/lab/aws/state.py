"""What Lambda says of a function, or of one of its versions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from telemetry.lab.aws.marker import VARIABLE
from telemetry.report.errors import UnusableError


@dataclass(frozen=True, slots=True)
class State:
    """A configuration; nothing prints the values of its variables."""

    arn: str
    """Of the function, without a version."""
    version: str
    revision_id: str
    code: str
    """Hash of the code."""
    description: str
    handler: str
    runtime: str
    architecture: str
    timeout_s: int
    memory_mb: int
    snap_start: bool
    variables: Mapping[str, str] = field(repr=False)
    state: str = "Active"
    last_update: str = "Successful"
    reason: str = ""
    """Why it is in its state, in Lambda's words."""

    @property
    def is_ready(self) -> bool:
        """Whether nothing is under way."""
        return self.state in {"Active", "Inactive"} and self.last_update == "Successful"

    @property
    def has_failed(self) -> bool:
        """Whether waiting is in vain."""
        return self.state == "Failed" or self.last_update == "Failed"

    @property
    def block(self) -> str | None:
        """Marker and number of the block that it was made for; None for a configuration of nobody's run."""
        return self.variables.get(VARIABLE)

    def is_like(self, other: "State") -> bool:
        """Whether both behave alike, as far as a run can change that."""
        return self.changeable == other.changeable and self.code == other.code

    @property
    def changeable(self) -> tuple[int, bool, Mapping[str, str]]:
        """What a run changes."""
        return self.memory_mb, self.snap_start, self.variables


def state_of(found: Mapping[str, Any]) -> State:
    """Read an answer of GetFunctionConfiguration.

    Raises:
        UnusableError: The variables cannot be read, and so could not be put back either.
    """
    environment = found.get("Environment") or {}
    if error := environment.get("Error"):
        raise UnusableError(
            f"the function's variables cannot be read ({error.get('ErrorCode', 'error')}): a run could not "
            "put them back. Give yourself kms:Decrypt for the function's key."
        )
    arn = found["FunctionArn"]
    return State(
        arn=":".join(arn.split(":")[:7]),
        version=str(found.get("Version", "$LATEST")),
        revision_id=str(found.get("RevisionId", "")),
        code=found.get("CodeSha256", ""),
        description=found.get("Description", ""),
        handler=found.get("Handler", ""),
        runtime=found.get("Runtime", ""),
        architecture=(found.get("Architectures") or ["x86_64"])[0],
        timeout_s=int(found.get("Timeout", 3)),
        memory_mb=int(found["MemorySize"]),
        snap_start=(found.get("SnapStart") or {}).get("ApplyOn") == "PublishedVersions",
        variables={name: str(value) for name, value in environment.get("Variables", {}).items()},
        state=found.get("State", "Active"),
        last_update=found.get("LastUpdateStatus", "Successful"),
        reason=found.get("StateReason") or found.get("LastUpdateStatusReason") or "",
    )
