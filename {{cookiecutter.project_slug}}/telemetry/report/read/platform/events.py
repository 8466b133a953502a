"""What Lambda itself writes about requests and environments, typed, whichever log format it came in.

JSON lines are events of the Telemetry API (`platform.report` and its like), text lines are `REPORT`, `START`,
`INIT_REPORT` and `RESTORE_REPORT`. Both become the same events. What the platform did not write is None.
https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html
"""

from typing import Literal, TypeAlias

import msgspec

Status: TypeAlias = Literal["success", "failure", "error", "timeout"]


class PlatformReport(msgspec.Struct, frozen=True, gc=False):
    """Figures of one attempt at one request, written after it ended, however it ended."""

    request_id: str
    duration_ms: float
    billed_ms: float | None = None
    """None on managed instances, which are billed by the instance."""
    memory_mb: float | None = None
    used_mb: float | None = None
    init_ms: float | None = None
    """All of INIT, on the first request of an environment that went through it."""
    restore_ms: float | None = None
    """In a lab run only what the function's hooks took after it."""
    billed_restore_ms: float | None = None
    status: Status | None = None
    """None in text lines of a request that succeeded, and in those of before 2023."""
    error_type: str | None = None
    time: str | None = None
    """As the event has it (ISO 8601); text lines have none."""


class PlatformStart(msgspec.Struct, frozen=True, gc=False):
    """An attempt at a request began; a retry has the same id."""

    request_id: str
    version: str | None = None
    time: str | None = None


class PlatformInit(msgspec.Struct, frozen=True, gc=False):
    """An INIT ended: before the first request (phase `init`), or again as a part of it (`invoke`)."""

    duration_ms: float
    phase: str | None = None
    """`init`, `invoke` or `snap-start`."""
    status: Status | None = None
    init_type: str | None = None
    """`on-demand`, `provisioned-concurrency`, `snap-start` or `lambda-managed-instances`."""
    error_type: str | None = None
    time: str | None = None


class PlatformRestore(msgspec.Struct, frozen=True, gc=False):
    """A snapshot was restored."""

    duration_ms: float
    status: Status | None = None
    error_type: str | None = None
    time: str | None = None


PlatformEvent: TypeAlias = PlatformReport | PlatformStart | PlatformInit | PlatformRestore
