"""Which paths an app says that it serves, read from its routes in its own process.

Starlette and what is built on it (FastAPI, MCP servers) keep routes with a path and methods, and so does
Litestar; FastAPI describes those of included routers as OpenAPI. Of any other app nothing is known.
"""

import contextlib
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

DEEPEST: Final = 10
"""Middleware around an app, or mounts in mounts."""
_MCP_PACKAGES: Final = frozenset({"mcp", "fastmcp"})
_CONVERTER: Final = re.compile(r":\w+\}")
"""Of a parameter, such as `{number:int}`."""
OF_THE_FRAMEWORK: Final = frozenset({"HEAD", "OPTIONS"})
"""Methods that frameworks add to a path by themselves."""
_OPENAPI_METHODS: Final = frozenset({"get", "put", "post", "delete", "options", "patch", "trace"})


class ServedPath(NamedTuple):
    """A path, with its parameters in braces, and what the app says of it."""

    path: str
    methods: tuple[str, ...] = ()
    """In order; none where the app decides by itself."""
    mcp: bool = False
    """The Model Context Protocol over HTTP, as its Python SDK or FastMCP serves it."""
    documented: bool = True
    """False for what is left out of the app's own documentation, such as that documentation itself."""


def served_paths(app: Any) -> list[ServedPath]:
    """Return the paths of an app, or of the one inside of its middleware; none where it does not tell."""
    found: dict[str, ServedPath] = {}
    for one in _paths(app, "", DEEPEST):
        known = found.get(one.path, one)
        found[one.path] = one._replace(methods=tuple(sorted({*known.methods, *one.methods})))
    return list(found.values())


def _paths(app: Any, prefix: str, deepest: int) -> Iterator[ServedPath]:
    routed = _routed(app)
    for route in getattr(routed, "routes", None) or ():
        path, methods = getattr(route, "path", None), getattr(route, "methods", ())
        if not isinstance(path, str):
            continue
        path = prefix + _CONVERTER.sub("}", path)
        if hasattr(route, "methods"):  # not of a WebSocket
            names = tuple(sorted({*(methods or ())} - OF_THE_FRAMEWORK))
            yield ServedPath(path, names, _is_mcp(getattr(route, "endpoint", None)), _is_documented(route))
        elif hasattr(route, "routes"):  # a mount
            below = list(_paths(route.app, path.rstrip("/"), deepest - 1)) if deepest else []
            yield from below or [ServedPath(f"{path.rstrip('/')}/", mcp=_is_mcp(route.app))]
    yield from _described(routed, prefix)


def _is_documented(route: Any) -> bool:
    """Whether it is in the app's own documentation; Litestar's routes have handlers, which say so."""
    handlers = getattr(route, "route_handlers", None)
    if handlers is None:
        return bool(getattr(route, "include_in_schema", True))
    return any(handler.resolve_include_in_schema() for handler in handlers)


def _described(app: Any, prefix: str) -> Iterator[ServedPath]:
    """Yield what an app with included routers describes as OpenAPI; others have no such method."""
    describe = getattr(app, "openapi", None)
    document: Any = None
    if callable(describe):
        with contextlib.suppress(Exception):  # a type that has no schema, say; the app itself serves
            document = describe()
    paths = document.get("paths") if isinstance(document, Mapping) else None
    for path, of_path in paths.items() if isinstance(paths, Mapping) else ():
        methods = tuple(sorted(name.upper() for name in of_path if name in _OPENAPI_METHODS))
        yield ServedPath(f"{prefix}{path}", methods)


def _routed(app: Any) -> Any:
    """Return the app with routes that middleware is around."""
    for _ in range(DEEPEST):
        if hasattr(app, "routes") or not hasattr(app, "app"):
            break
        app = app.app
    return app


def _is_mcp(endpoint: Any) -> bool:
    """Whether it is the SDK's own endpoint, or such a one behind a check of who calls."""
    for _ in range(DEEPEST):
        kind = type(endpoint)
        if kind.__name__.startswith("StreamableHTTP") and kind.__module__.partition(".")[0] in _MCP_PACKAGES:
            return True
        endpoint = getattr(endpoint, "app", None)
    return False
