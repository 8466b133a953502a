"""Sinks for the adapter's facts: spans, metrics, logs and one JSON record per event. Does not import mangum.

`Telemetry` is imported when it is first asked for: the report and the lab need the names in `schema` alone.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from telemetry.pipeline import Telemetry

__all__ = ["Telemetry"]


def __getattr__(name: str) -> Any:
    if name != "Telemetry":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from telemetry.pipeline import Telemetry  # noqa: PLC0415 - see the top

    return Telemetry
