"""What the handler by which Lambda's runtime client logs can render, of a record that it could not."""

import json
import logging
from typing import Any, Final

from telemetry.logs.rendering import bounded_repr

_STANDARD: Final = frozenset({*vars(logging.makeLogRecord({})), "message", "asctime"})


def renderable(record: logging.LogRecord) -> logging.LogRecord:
    """A copy that any formatter can render: what it could not is replaced by its `repr`."""
    fields = {name: value for name, value in vars(record).items() if name in _STANDARD}
    fields |= {"name": _text(record.name), "msg": _message(record), "args": (), "exc_text": None}
    fields |= {"exc_info": _exception(record), "stack_info": _text(record.stack_info)}
    for name, value in vars(record).items():
        if name not in _STANDARD:
            named = name if isinstance(name, str) else bounded_repr(name)
            fields[_text(named)] = value if _is_json(value) else _text(bounded_repr(value))
    return logging.makeLogRecord(fields)


def _message(record: logging.LogRecord) -> str:
    """The message; where its arguments do not fit, as it stands and the arguments behind it."""
    try:
        return str(_text(record.getMessage()))
    except Exception:  # noqa: BLE001 - of objects of the service: they may raise anything
        message = record.msg if isinstance(record.msg, str) else bounded_repr(record.msg)
        arguments = record.args if isinstance(record.args, tuple) else (record.args,)
        shown = [bounded_repr(argument) for argument in arguments or ()]
        return str(_text(" ".join([message, *shown])))


def _exception(record: logging.LogRecord) -> Any:
    """The exception, if there is one and it can be shown; else its type with a text instead of its own."""
    if not isinstance(record.exc_info, tuple) or record.exc_info[1] is None:
        return None  # such as that of `exception`, called where none is handled
    kind, error, trace = record.exc_info
    try:
        str(error).encode()
    except Exception:  # noqa: BLE001 - as above
        shown = type(kind.__name__, (Exception,), {})(_text(bounded_repr(error)))
        return type(shown), shown, trace
    return record.exc_info


def _is_json(value: object) -> bool:
    try:
        json.dumps(value, ensure_ascii=False, default=str).encode()
    except Exception:  # noqa: BLE001 - as above
        return False
    return True


def _text(value: Any) -> Any:
    """A text without what UTF-8 has no form for; anything else as it is."""
    return value.encode(errors="backslashreplace").decode() if isinstance(value, str) else value
