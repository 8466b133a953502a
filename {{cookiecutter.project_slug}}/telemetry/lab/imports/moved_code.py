"""Compiles files of an app as if an import of theirs stood in the functions that use it.

`python -m telemetry.lab.imports.moved_code ORDER` runs in the app's own Python, and writes code objects to
the folder that the order names. The app's files are only read; `planned_code` loads what was compiled.
"""

import ast
import json
import marshal
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import decode_source
from pathlib import Path
from symtable import symtable
from typing import Final

from telemetry.lab.imports.movable import Scopes, aliases_of, bound_name, outermost_functions

UNMOVED: Final = "(unmoved)"
"""In the place of a package where nothing is moved."""


def moved(source: str, path: str, package: str) -> ast.Module:
    """Return a file with its imports of a package moved into each function that uses one of their names.

    `file_imports` says of which packages that can be done. All other statements keep their line numbers.
    """
    tree = ast.parse(source, path)
    scopes = Scopes(tree, symtable(source, path, "exec"))
    statements = [statement for statement in tree.body if aliases_of(statement, package)]
    for function in list(outermost_functions(tree)):
        start = 1 if ast.get_docstring(function, clean=False) is not None else 0
        place = function.body[min(start, len(function.body) - 1)]
        function.body[start:start] = [
            ast.fix_missing_locations(ast.copy_location(each, place))
            for each in _single_imports(statements, package)
            if scopes.needs(function, bound_name(each.names[0], each))
        ]
    tree.body = [kept for statement in tree.body for kept in _without(statement, package)]
    return tree


def _single_imports(statements: Sequence[ast.stmt], package: str) -> Iterator[ast.Import | ast.ImportFrom]:
    """Yield a statement of its own for each name that is imported."""
    for statement in statements:
        for alias in aliases_of(statement, package):
            single = ast.alias(alias.name, alias.asname)
            if isinstance(statement, ast.ImportFrom):
                yield ast.ImportFrom(statement.module, [single], 0)
            else:
                yield ast.Import([single])


def _without(statement: ast.stmt, package: str) -> list[ast.stmt]:
    gone = aliases_of(statement, package)
    if not gone or not isinstance(statement, ast.Import):
        return [] if gone else [statement]
    kept = [alias for alias in statement.names if alias not in gone]
    return [ast.copy_location(ast.Import(kept), statement)] if kept else []


def write_plans(files: Mapping[str, Sequence[str]], folder: Path) -> None:
    """Write a plan for each package, `PACKAGE.json`, and `unmoved.json`, which moves nothing.

    All plans load the same files in the same way, so that environments differ by the move alone.

    Args:
        files: By package, the files in which it is imported.
        folder: Where plans and code go.
    """
    paths = sorted({path for of_package in files.values() for path in of_package})
    for package in (UNMOVED, *files):
        plan = {}
        for number, path in enumerate(paths):
            source = decode_source(Path(path).read_bytes())
            moves = path in files.get(package, ())
            tree = moved(source, path, package) if moves else ast.parse(source, path)
            code = folder / f"{package}-{number}.code"
            code.write_bytes(marshal.dumps(compile(tree, path, "exec", dont_inherit=True)))
            plan[path] = str(code)
        plan_path(folder, package).write_text(json.dumps(plan), encoding="utf-8")


def plan_path(folder: Path, package: str) -> Path:
    """Return where the plan of a package is; `UNMOVED` has one, too."""
    return folder / f"{package}.json"


if __name__ == "__main__":
    ordered = json.loads(sys.argv[1])
    write_plans(ordered["files"], Path(ordered["folder"]))
