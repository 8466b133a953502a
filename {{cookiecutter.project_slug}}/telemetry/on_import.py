"""Something to do when a module is imported for the first time, by whomever."""

import importlib.util
import sys
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType

from telemetry.faults import OnFault


def on_import(name: str, then: Callable[[], None], on_fault: OnFault) -> None:
    """Call `then` once, right after module `name` has been executed; what it raises goes to `on_fault`."""
    sys.meta_path.insert(0, _Finder(name, then, on_fault))


class _Finder:
    """Finds nothing by itself: the first in the row, it asks the others, and listens to what comes of it."""

    def __init__(self, name: str, then: Callable[[], None], on_fault: OnFault) -> None:
        self._name = name
        self._then = then
        self._on_fault = on_fault

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """As every entry of `sys.meta_path` has it."""
        del path, target
        if name != self._name:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def exec_module(module: ModuleType) -> None:
                execute(module)
                self._call()

            spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec

    def _call(self) -> None:
        try:
            self._then()
        except Exception as error:  # noqa: BLE001 - whoever imports the module did not ask for this
            self._on_fault("logs", error)
