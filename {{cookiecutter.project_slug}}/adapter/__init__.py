"""One ASGI app on AWS Lambda, its lifespan kept: `LifespanAdapter` in place of `mangum.Mangum`.

All public names are imported when they are first asked for, so that code that needs only the contract
(`facts`, `placement`, `asgi`) loads neither mangum nor an event loop.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from adapter.adapter import LifespanAdapter
    from adapter.http.posted import posted_event
    from adapter.lifespan.measurement import preload

    __version__: str

__all__ = ["LifespanAdapter", "__version__", "posted_event", "preload"]

_HOMES = {
    "LifespanAdapter": ("adapter.adapter", "LifespanAdapter"),
    "posted_event": ("adapter.http.posted", "posted_event"),
    "__version__": ("adapter.facts", "VERSION"),
    "preload": ("adapter.lifespan.measurement", "preload"),
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, attribute = _HOMES[name]
    return getattr(import_module(module), attribute)
