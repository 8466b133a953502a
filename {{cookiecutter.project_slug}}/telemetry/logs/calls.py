"""Calls of the service's loggers: none of them fails the request that it is made in."""

import inspect
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from typing import Any, Final, TypeAlias

import structlog
from structlog.typing import FilteringBoundLogger

from telemetry.logs.rendering import OnLogFault

Fields: TypeAlias = dict[str, Any]

POSITIONAL: Final = "positional_args"
"""Where arguments go that do not fit into the message, as structlog names them."""
_PARAMETERS: Final = frozenset({"self", "event", "level", "method_name"})
"""Of structlog's methods: as names of fields they would be a `TypeError`."""


def unfailing_logger(min_level: int, on_fault: OnLogFault) -> type[FilteringBoundLogger]:
    """Make structlog's logger class for a level, with methods that raise nothing."""
    bound = structlog.make_filtering_bound_logger(min_level)
    methods = {
        name: _unfailing(name, method, on_fault)
        for name, method in inspect.getmembers(bound, inspect.isfunction)
        if name.removeprefix("a") in _METHODS or name in _METHODS
    }
    return type(bound.__name__, (bound,), methods)


_METHODS: Final = frozenset(
    {"critical", "debug", "error", "exception", "fatal", "info", "log", "msg", "warn", "warning"}
)


def _unfailing(name: str, method: Callable[..., Any], on_fault: OnLogFault) -> Callable[..., Any]:
    """Wrap one method: what it cannot log as it was told to, it logs as far as it can."""
    leading = 2 if name in {"log", "alog"} else 1

    def call(self: Any, /, *args: Any, **fields: Any) -> Any:
        fields = _renamed(fields, args)
        try:
            return method(self, *args, **fields)
        except Exception as error:  # noqa: BLE001 - a line must not fail a request
            failure = error
        # Not within `except`: the line may have to tell the exception that the service handles.
        return _log_anyway(self, name, leading, args, fields, failure, on_fault)

    async def call_async(self: Any, /, *args: Any, **fields: Any) -> Any:
        fields = _renamed(fields, args)
        try:
            waiting: Awaitable[Any] = method(self, *args, **fields)
            return await waiting
        except Exception as error:  # noqa: BLE001 - as above
            failure = error
        return _log_anyway(self, name[1:], leading, args, fields, failure, on_fault)

    return call_async if inspect.iscoroutinefunction(method) else call


def keep_apart(fields: MutableMapping[str, Any], names: Iterable[str]) -> None:
    """Give those fields other names: as many `_` behind their own as no other field has."""
    for name in names:
        free = f"{name}_"
        while free in fields:
            free += "_"
        fields[free] = fields.pop(name)


def _renamed(fields: Fields, args: tuple[Any, ...]) -> Fields:
    if not _PARAMETERS.isdisjoint(fields):
        # `log.info(event="said")` is structlog's other way to give the message.
        keep_apart(fields, sorted((_PARAMETERS if args else _PARAMETERS - {"event"}) & fields.keys()))
    return fields


def _log_anyway(  # noqa: PLR0913, PLR0917 - a call in its parts, and what became of it
    logger: Any,
    name: str,
    leading: int,
    args: tuple[Any, ...],
    fields: Mapping[str, Any],
    failure: Exception,
    on_fault: OnLogFault,
) -> None:
    """Log the message as it stands, with the other arguments beside it."""
    try:
        on_fault(failure)
        event = args[leading - 1] if len(args) >= leading else fields.get("event", "")
        others = {key: value for key, value in fields.items() if key != "event"}
        if args[leading:]:
            others[POSITIONAL] = args[leading:]
        method = _method_of_level(args[0] if args else None) if name == "log" else name
        getattr(super(type(logger), logger), method)(event, **others)
    except Exception:  # noqa: BLE001 - there is no place left to tell it
        return


def _method_of_level(level: object) -> str:
    """The method for what `log` got as the level: a number or a name, or else a warning."""
    number = level if isinstance(level, int) else -1
    for name in (logging.getLevelName(number), level):
        if isinstance(name, str) and name.lower() in _METHODS:
            return name.lower()
    return "warning"
