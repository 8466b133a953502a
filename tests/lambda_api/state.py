"""What Lambda knows of a function or a version and moto does not: revision, states, SnapStart, logging."""

import copy
import json
import math
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from telemetry.lab.platform.function import InitType
from tests.lambda_api.delays import Delays
from tests.lambda_api.deployed import Deployed
from tests.lambda_api.refusals import AT_THIS_TIME, conflict, stale_revision

Function: TypeAlias = Any
"""moto's `LambdaFunction`, which has no types: $LATEST, or a published version."""

LOGGING: Final = {"LogFormat": "Text"}
JSON_LEVELS: Final = {"ApplicationLogLevel": "INFO", "SystemLogLevel": "INFO"}


@dataclass(slots=True)
class State:
    """Changes as time goes on: what is pending now is not, later."""

    delays: Delays
    version: bool = False
    """Published, and no $LATEST."""
    made_at: float = field(default_factory=time.monotonic)
    """`time.monotonic()` when it was made; it is pending for a while."""
    update_began: float = -math.inf
    """`time.monotonic()` when an update began, which is pending for a while."""
    revision: str = field(default_factory=lambda: str(uuid.uuid4()))
    settled: bool = False
    """The revision has changed since the last thing that was pending, as it does for $LATEST."""
    apply_on: str = "None"
    """Of SnapStart."""
    logging: dict[str, str] = field(default_factory=lambda: dict(LOGGING))
    published_as: str = ""
    """What $LATEST was when this version was published."""
    snapshot: str = "Active"
    """State of a version that gets a snapshot."""
    snapshot_failed: str = ""
    before: Function = None
    """What still runs while an update is pending."""

    @property
    def name(self) -> str:
        """Pending, Active or Failed."""
        if self.snapshot != "Active":
            return self.snapshot
        delay = self.delays.publish if self.version else self.delays.update
        return "Active" if time.monotonic() >= self.made_at + delay else "Pending"

    @property
    def updating(self) -> bool:
        """Whether an update is pending."""
        return time.monotonic() < self.update_began + self.delays.update

    def settle(self) -> None:
        """Note what is over, for good; the revision of $LATEST changes once more then."""
        if not self.updating:
            self.update_began, self.before = -math.inf, None
        if self.name == "Active":
            self.made_at = -math.inf
        if not self.settled and not self.updating and self.name != "Pending":
            self.revise()
            self.settled = True

    def revise(self) -> None:
        """Give it another revision."""
        self.revision = str(uuid.uuid4())

    def fields(self) -> dict[str, Any]:
        """Return what a configuration shows of it."""
        snap_start = self.apply_on == "PublishedVersions"
        found: dict[str, Any] = {
            "RevisionId": self.revision,
            "State": self.name,
            "LoggingConfig": dict(self.logging),
            "SnapStart": {
                "ApplyOn": self.apply_on,
                "OptimizationStatus": "On" if snap_start and self.version else "Off",
            },
            "LastUpdateStatus": "InProgress" if self.updating else "Successful",
        }
        if self.name == "Pending":
            found |= {"StateReason": "The function is being created.", "StateReasonCode": "Creating"}
        if self.name == "Failed":
            found |= {"StateReason": self.snapshot_failed, "StateReasonCode": "FunctionError"}
        if self.updating:
            found |= {
                "LastUpdateStatusReason": "The function is being created.",
                "LastUpdateStatusReasonCode": "Creating",
            }
        return found


def state_of(function: Function) -> State:
    """Return the state of a function or a version."""
    found: State = function.loopback_state
    return found


def check_settled(function: Function) -> None:
    """Check that nothing is pending.

    Raises:
        RefusedError: Something is.
    """
    state = state_of(function)
    if state.updating:
        raise conflict(
            f"{AT_THIS_TIME} An update is in progress for resource: {bare_arn(function.function_arn)}"
        )
    if state.name == "Pending":
        raise conflict(f"{AT_THIS_TIME} The function is currently in the following state: Pending")
    state.settle()


def check_revision(function: Function, given: object) -> None:
    """Check the revision that a call expects, if it does.

    Raises:
        RefusedError: It is another one.
    """
    state = state_of(function)
    state.settle()
    if given and given != state.revision:
        raise stale_revision()


def begin_update(function: Function) -> None:
    """Keep running what is there while the update is pending; comes before anything changes."""
    state = state_of(function)
    state.before = copy.copy(function)
    state.update_began = time.monotonic()
    state.settled = False
    state.revise()


def log_settings(given: Mapping[str, str]) -> dict[str, str]:
    """Return a logging configuration with what Lambda adds."""
    levels = JSON_LEVELS if given.get("LogFormat") == "JSON" else {}
    return {**LOGGING, **levels, **given}


def bare_arn(arn: str) -> str:
    """Return an ARN without version or alias."""
    return ":".join(arn.split(":")[:7])


def fingerprint(function: Function) -> str:
    """Return all of $LATEST that makes another version of it when it changes."""
    state = state_of(function)
    names = ("code_sha_256", "description", "handler", "memory_size", "role", "run_time", "timeout")
    kept = {name: getattr(function, name) for name in names}
    more = {"variables": function.environment_vars, "logging": state.logging, "apply_on": state.apply_on}
    sizes = {"storage": function.ephemeral_storage, "tracing": function.tracing_config}
    return json.dumps({**kept, **more, **sizes}, sort_keys=True, default=str)


def deployed(function: Function, *, provisioned: bool = False) -> Deployed:
    """Return what the platform has to run, which is the old one while an update is pending."""
    state = state_of(function)
    running = state.before if state.updating and state.before is not None else function
    version = state.version
    init_type: InitType = "provisioned-concurrency" if provisioned else "on-demand"
    if version and state.apply_on == "PublishedVersions":
        init_type = "snap-start"
    name = function.function_name
    return Deployed(
        name=name,
        version=str(function.version) if version else "$LATEST",
        region=function.region,
        arn=bare_arn(function.function_arn),
        code_sha=running.code_sha_256,
        code=running.code_bytes,
        handler=running.handler,
        runtime=running.run_time,
        memory_mb=int(running.memory_size),
        timeout=float(running.timeout),
        variables={key: str(value) for key, value in running.environment_vars.items()},
        init_type=init_type,
        log_group=state.logging.get("LogGroup", f"/aws/lambda/{name}"),
        log_format=state.logging["LogFormat"],
        log_level=state.logging.get("ApplicationLogLevel", "INFO"),
    )
