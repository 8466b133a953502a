"""Loads files of an app from code that was compiled for a plan, in the function's process.

The app's files stay as they are, and so does what is known of them: their names, their source, their folders.
"""

import json
import marshal
import sys
from collections.abc import Mapping, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Final

PLAN_VARIABLE: Final = "LAB_IMPORTS_PLAN"
"""A file that names, by the path of a file of the app, the file of its code."""


class PlannedLoader(SourceFileLoader):
    """Loads a module as Python does, but for its code."""

    def __init__(self, name: str, path: str, code: str) -> None:
        super().__init__(name, path)
        self._code = code

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002 # importlib's signature
        """Read the code of the plan."""
        code: CodeType = marshal.loads(Path(self._code).read_bytes())  # noqa: S302 # the lab's own file
        return code


class PlannedFinder(MetaPathFinder):
    """Finds what the others find, and gives a planned file its loader."""

    def __init__(self, plan: Mapping[str, str]) -> None:
        self._plan = plan

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Ask the finders behind this one."""
        behind = sys.meta_path[sys.meta_path.index(self) + 1 :]
        for finder in behind:
            spec = finder.find_spec(fullname, path, target)
            if spec is not None:
                if spec.origin is not None and spec.origin in self._plan:
                    spec.loader = PlannedLoader(fullname, spec.origin, self._plan[spec.origin])
                return spec
        return None


def install_plan(environ: Mapping[str, str]) -> None:
    """Load the files of the plan from its code from now on; nothing changes where there is no plan."""
    if path := environ.get(PLAN_VARIABLE):
        sys.meta_path.insert(0, PlannedFinder(json.loads(Path(path).read_text(encoding="utf-8"))))
