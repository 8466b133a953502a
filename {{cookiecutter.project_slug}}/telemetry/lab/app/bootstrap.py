"""Runs a module in an app's own Python, with the lab's code at hand: `python bootstrap.py MODULE [ARGUMENT]`.

It is run by path, in the app's folder. The app's modules and packages come first on the import path, and the
lab's folder last, but for `adapter` and `telemetry`: under these names there is only the lab's code.
"""

import os
import runpy
import sys
from importlib import import_module
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from pkgutil import iter_modules
from typing import Final

ROOMS: Final = ("adapter", "telemetry")
CODE_VARIABLE: Final = "LAB_CODE"
PRIVATE_VARIABLE: Final = "LAB_PRIVATE_CODE"


def bring(folder: str) -> None:
    """Make the lab's rooms importable, and what the app's environment lacks."""
    for name in ROOMS:
        spec = PathFinder.find_spec(name, [folder])
        if spec is None or spec.loader is None:
            raise ImportError(f"{folder} has no {name}")
        sys.modules[name] = module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    sys.path.append(folder)


def import_privately(folder: str) -> None:
    """Import the rooms with the packages of this folder, and let the app import its own in their place."""
    own = {name.removesuffix(".py") for name in os.listdir(folder)}  # noqa: PTH208 # pathlib is not imported here
    sys.path.insert(0, folder)
    for name in ("telemetry.pipeline", "adapter.adapter", "adapter.http"):
        import_module(name)
    for module in iter_modules(sys.modules["adapter.http"].__path__):
        import_module(f"adapter.http.{module.name}")  # some would be imported with the first event
    sys.path.remove(folder)
    for name in [name for name in sys.modules if name.partition(".")[0] in own]:
        del sys.modules[name]


def main(module: str, arguments: list[str]) -> None:
    """Run a module, as `python -m` would in the current folder."""
    sys.path[0] = os.getcwd()  # noqa: PTH109 # as above
    bring(os.environ[CODE_VARIABLE])
    if private := os.environ.get(PRIVATE_VARIABLE):
        import_privately(private)
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
