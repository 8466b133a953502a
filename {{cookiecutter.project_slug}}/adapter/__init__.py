"""One ASGI app on AWS Lambda, its lifespan kept: `LifespanAdapter` in place of `mangum.Mangum`.

Both public names are imported when they are first asked for, so that who needs only the contract (`facts`,
`placement`, `asgi`) loads neither mangum nor an event loop.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from adapter.adapter import LifespanAdapter
    from adapter.lifespan.measurement import preload

__all__ = ["LifespanAdapter", "preload"]
__version__ = "0.1.0"

_HOMES = {"LifespanAdapter": "adapter.adapter", "preload": "adapter.lifespan.measurement"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
