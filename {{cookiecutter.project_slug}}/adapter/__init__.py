"""One ASGI app on AWS Lambda, its lifespan kept: `LifespanAdapter` in place of `mangum.Mangum`."""

from adapter.facts import VERSION
from adapter.lifespan_adapter import LifespanAdapter
from adapter.preload import preload

__all__ = ["LifespanAdapter", "preload"]
__version__ = VERSION
