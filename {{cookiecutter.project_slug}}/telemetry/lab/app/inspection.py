"""Answers questions about the function in a process like its own. As outside of Lambda, nothing starts.

`python -m telemetry.lab.app.inspection check | handler | routes | variables TITLE [FIELD]` writes a line of
JSON. It is run with the app's own Python, and imports nothing but the standard library and the app.
"""

import contextlib
import importlib
import json
import os
import sys
import traceback
from collections.abc import Sequence
from typing import Any, Final

from telemetry.lab.app.routes import served_paths
from telemetry.lab.app.settings_class import variable_names
from telemetry.lab.app.target import TargetError, find_handler, handler_names

ANY_APP: Final = "telemetry.lab.app.any_app"


def check() -> tuple[int, dict[str, Any]]:
    """Import what `LAB_APP` names, or look for what `_HANDLER` names; say on stderr what is wrong."""
    try:
        if "LAB_APP" in os.environ:
            return 0, {"from_factory": importlib.import_module(ANY_APP).loaded.from_factory}
        find_handler(os.environ["_HANDLER"])
    except TargetError as error:
        sys.stderr.write(f"{error}\n")
    except BaseException:  # noqa: BLE001 # the module's own failure, a SystemExit included
        sys.stderr.write(traceback.format_exc())
    else:
        return 0, {}
    return 1, {}


def variables(title: str, fields: Sequence[str]) -> tuple[int, dict[str, Any]]:
    """Name the environment variables of a settings class, which the function's modules define."""
    with contextlib.suppress(BaseException):  # the same failure once more
        if "LAB_APP" in os.environ:
            importlib.import_module(ANY_APP)
        else:
            importlib.import_module(handler_names(os.environ["_HANDLER"])[0])
    return 0, {"variables": variable_names(title, fields)}


def describe() -> tuple[int, dict[str, Any]]:
    """Say what kind of object the handler is, and by which name its module knows the app in it."""
    try:
        module_name, attribute = handler_names(os.environ["_HANDLER"])
        module = importlib.import_module(module_name)
        handler = getattr(module, attribute)
    except BaseException:  # noqa: BLE001 # the function runs, so this is a matter of being outside Lambda
        return 1, {}
    classes = [f"{kind.__module__}.{kind.__qualname__}" for kind in type(handler).__mro__]
    kind = "other"
    if "adapter.adapter.LifespanAdapter" in classes:
        kind = "adapter"
    elif any(name.startswith("mangum.") for name in classes):
        kind = "mangum"
    app = getattr(handler, "app", None)
    names = [name for name, value in vars(module).items() if app is not None and value is app]
    return 0, {"kind": kind, "type": classes[0], "app": f"{module_name}:{names[0]}" if names else None}


def routes() -> tuple[int, dict[str, Any]]:
    """Say which paths the app serves, as far as it tells; of a handler, the app that is in it."""
    try:
        if "LAB_APP" in os.environ:
            app = importlib.import_module(ANY_APP).loaded.app
        else:
            module, attribute = handler_names(os.environ["_HANDLER"])
            app = getattr(importlib.import_module(module), attribute).app
        return 0, {"paths": [path._asdict() for path in served_paths(app)]}
    except BaseException:  # noqa: BLE001 # of an app of whatever kind
        return 1, {}


def main(question: str, arguments: Sequence[str]) -> int:
    """Answer on the stdout that there was at first; what the app prints goes nowhere."""
    answers = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    match question:
        case "check":
            code, told = check()
        case "handler":
            code, told = describe()
        case "routes":
            code, told = routes()
        case _:
            code, told = variables(arguments[0], arguments[1:])
    os.write(answers, json.dumps(told).encode() + b"\n")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
