"""Starts the runtime client with hooks of the lab around the function's: `python launcher.py -m MODULE ...`.

The runtime client calls hooks before a snapshot in the reverse order of their registration, and those after
a restore in order. So the hook that is registered here, before anything else, is the last one before the
snapshot, and what that registers is the last one after the restore.

It is run by path, with the function's own Python, and imports nothing else but the registry of hooks. What
comes after its name is what Python would have been told without it.
"""

import json
import os
import runpy
import sys
import time
import traceback
from importlib import import_module
from types import ModuleType
from typing import Any, Final

REPORT_VARIABLE: Final = "LAB_SNAPSHOT_REPORT"
"""File for what the comparison finds; without it nothing is compared."""
KNOWN_VARIABLE: Final = "LAB_SNAPSHOT_KNOWN"
"""Report of another process: say what of it this one has, too, and compare nothing."""
RESTORED_SUFFIX: Final = ".restored"
"""Of an empty file beside the report: the function's hooks are done, and the comparison begins."""
PACKAGES: Final = ("telemetry", "telemetry.lab", "telemetry.lab.snapshot")
"""What the lab's modules belong to, and the function may have other packages of these names."""


class Hooks:
    """The lab's own hooks."""

    def __init__(self, registry: ModuleType) -> None:
        self._registry = registry
        self._report = os.environ.pop(REPORT_VARIABLE, None)
        self._known = os.environ.pop(KNOWN_VARIABLE, None)
        self._api = os.environ["AWS_LAMBDA_RUNTIME_API"]
        self._began = time.time(), time.monotonic()
        self._inventory: Any = None
        """The module."""
        self._had: Any = None
        self._clocks: Any = None

    def before(self) -> None:
        """Look at what goes into the snapshot, and end the connections, which no copy has."""
        resources = lab_module("resources")
        connections = resources.connections(self._api)
        if self._report is not None:
            try:
                self._look(self._report)
            except Exception:  # noqa: BLE001 # whatever the function keeps in memory, it starts as it would without this
                write(self._report, {"error": traceback.format_exc()})
        resources.cut(connections)
        self._registry.register_after_restore(self.after)

    def after(self) -> None:
        """Say what is still as it was in the snapshot."""
        if self._report is None or self._had is None:
            return
        with open(f"{self._report}{RESTORED_SUFFIX}", "wb"):  # noqa: PTH123 # pathlib is not imported here
            pass
        try:
            kept, renewed = self._inventory.compared(self._had, self._clocks)
        except Exception:  # noqa: BLE001 # as above
            write(self._report, {"error": traceback.format_exc()})
        else:
            write(self._report, {"kept": [one._asdict() for one in kept], "renewed": renewed})

    def _look(self, report: str) -> None:
        draws = "random" in sys.modules  # the lab's modules import it
        self._inventory = lab_module("inventory")
        if self._known is None:
            self._clocks = self._inventory.Clocks(*self._began)
            self._had = self._inventory.inventory(self._clocks, self._api, draws=draws)
            return
        with open(self._known, encoding="utf-8") as file:  # noqa: PTH123 # as above
            known = [one["digest"] for one in json.load(file)["kept"]]
        write(report, {"present": sorted(self._inventory.present(known))})


def lab_module(name: str) -> Any:
    """Import a module of this folder, and leave the function's own modules as they are."""
    inside = f"{PACKAGES[-1]}."
    own = {key: one for key, one in sys.modules.items() if key in PACKAGES or key.startswith(inside)}
    for key in own:
        del sys.modules[key]
    for package in PACKAGES:
        sys.modules[package] = ModuleType(package)
        sys.modules[package].__path__ = []
    sys.modules[PACKAGES[-1]].__path__ = [os.path.dirname(os.path.abspath(__file__))]  # noqa: PTH100, PTH120 # as above
    try:
        return import_module(inside + name)
    finally:
        for key in [key for key in sys.modules if key in PACKAGES or key.startswith(inside)]:
            del sys.modules[key]
        sys.modules.update(own)


def write(path: str, told: dict[str, Any]) -> None:
    """Write a whole file, or none."""
    with open(f"{path}.part", "w", encoding="utf-8") as file:  # noqa: PTH123 # as above
        json.dump(told, file)
    os.replace(f"{path}.part", path)  # noqa: PTH105 # as above


def main(arguments: list[str]) -> None:
    """Do what Python does when it is told so: run a module, or else a file."""
    is_module = arguments[0] == "-m"
    sys.argv = arguments[1:] if is_module else arguments
    # As Python does: a module is looked for in the current folder, and a file's neighbours beside it.
    sys.path[0] = os.getcwd() if is_module else os.path.dirname(os.path.abspath(arguments[0]))  # noqa: PTH100, PTH109, PTH120 # as above
    try:
        registry = import_module("snapshot_restore_py")
    except ImportError:
        pass  # an old runtime client, which knows no snapshots: the lab says so
    else:
        registry.register_before_snapshot(Hooks(registry).before)
    if is_module:
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    else:
        runpy.run_path(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
    main(sys.argv[1:])
