"""Tells an ASGI app from a factory of one, by what each can be called with."""

import inspect
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeAlias

ASGI3: Final = 3
"""Arguments of an app: scope, receive and send."""
ASGI2: Final = 1
"""Arguments of the first step of an app in the older form: the scope."""

App: TypeAlias = Callable[[Any, Any, Any], Awaitable[None]]


class TargetError(Exception):
    """There is nothing under the name `module:attribute` or `module.attribute`. The text says why."""


def made_by(found: Any, target: str) -> tuple[Any, bool]:
    """Return the ASGI app that `found` is or makes, and whether it makes one.

    Raises:
        TargetError: It is neither an app nor a factory. What a factory raises itself passes, with a note.
    """
    if not _accepts(found, 0) or (_is_coroutine_function(found) and _accepts(found, ASGI3)):
        return _single_step(found, target, "an ASGI app or a factory"), False
    if _is_coroutine_function(found):
        raise TargetError(
            f"--app {target}: a factory must return the app, but this one is a coroutine function; make it a "
            "plain function, and await what needs awaiting in the app's lifespan"
        )
    try:
        app = found()
    except Exception as error:
        error.add_note(f"--app {target}: the factory raised this when it was called without arguments")
        raise
    if inspect.iscoroutine(app):
        app.close()  # Python would warn of one that is never awaited
    if not callable(app):
        raise TargetError(
            f"--app {target}: expected a factory that returns an ASGI app, but it returned an object of the "
            f"type {type(app).__name__}"
        )
    return _single_step(app, target, "a factory that returns an ASGI app"), True


def _single_step(app: Any, target: str, expected: str) -> Any:
    """Return an app of ASGI 3: this one, or one around an app of ASGI 2.

    Raises:
        TargetError: It takes other arguments than an app does.
    """
    if _is_asgi2(app):
        return _asgi3(app)
    if _accepts(app, ASGI3) and (not inspect.isfunction(app) or _is_plausible(app)):
        return app
    raise TargetError(f"--app {target}: expected {expected}, but {_complaint(app)}")


def _is_asgi2(app: Any) -> bool:
    """Whether it takes the scope alone. A function must name it so: a factory may take one argument, too."""
    if not _accepts(app, ASGI2) or _accepts(app, ASGI3) or _is_coroutine_function(app):
        return False
    return not inspect.isfunction(app) or _parameters(app)[:1] == ["scope"]


def _asgi3(app: Callable[[Any], Any]) -> App:
    async def single_step(scope: Any, receive: Any, send: Any) -> None:
        await app(scope)(receive, send)

    return single_step


def _is_plausible(app: Any) -> bool:
    """Whether a function with three arguments is an app, and not a factory that needs three."""
    return _is_coroutine_function(app) or _parameters(app)[:1] in (["scope"], ["args"])


def _complaint(app: Any) -> str:
    names = _parameters(app)
    takes = f"it takes the {'argument' if len(names) == 1 else 'arguments'} {', '.join(names)}"
    if len(names) == 2 and not inspect.isfunction(app):  # environ, start_response
        return f"{takes}, as a WSGI app does; a2wsgi.WSGIMiddleware makes an ASGI app of one"
    return f"{takes}; write a function without arguments that calls it, and name that one"


def _is_coroutine_function(found: Any) -> bool:
    return inspect.iscoroutinefunction(found) or inspect.iscoroutinefunction(type(found).__call__)


def _parameters(app: Any) -> list[str]:
    return list(inspect.signature(app).parameters)


def _accepts(found: Any, count: int) -> bool:
    """Whether it can be called with so many arguments; an object without a signature is taken for an app."""
    try:
        inspect.signature(found).bind(*range(count))
    except TypeError:
        return False
    except ValueError:  # of an extension module
        return count == ASGI3
    return True
