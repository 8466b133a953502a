"""Compiles files of an app as if an import of theirs stood where their functions use it.

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
from typing import Any, Final

from telemetry.lab.imports.movable import Import, aliases_of, bound_name
from telemetry.lab.imports.scopes import FUNCTIONS, Scopes, evaluated

UNMOVED: Final = "(unmoved)"
"""In the place of a package where nothing is moved."""


def moved(source: str, path: str, package: str) -> ast.Module:
    """Return a file with its imports of a package moved to where functions use their names.

    Each stands before the first statement of a block that uses it: a function that comes by elsewhere imports
    nothing. `file_imports` says of which packages this can be done. All other statements keep their lines.
    """
    tree = ast.parse(source, path)
    scopes = Scopes(tree, symtable(source, path, "exec"))
    imports: dict[str, list[Import]] = {}
    for each in _single_imports(tree.body, package):
        imports.setdefault(bound_name(each.names[0], each), []).append(each)
    for function in [node for node in ast.walk(tree) if isinstance(node, FUNCTIONS)]:
        needed = {name: each for name, each in imports.items() if scopes.needs_itself(function, name)}
        _place(function.body, needed)
    tree.body = [kept for statement in tree.body for kept in _without(statement, package)]
    return tree


def _place(block: list[ast.stmt], imports: Mapping[str, Sequence[Import]]) -> None:
    """Put imports before the statements of a block, and of the blocks in it, that use what they bind."""
    wanted = dict(imports)
    for statement in list(block):
        blocks = _blocks(statement)
        inside = {id(each) for inner in blocks for each in inner}
        used = {node.id for node in evaluated(statement, inside) if isinstance(node, ast.Name)}
        for name in sorted(wanted.keys() & used):
            at = block.index(statement)
            block[at:at] = [_copied(each, statement) for each in wanted.pop(name)]
        for inner in blocks:
            _place(inner, wanted)


def _blocks(statement: ast.stmt) -> list[list[ast.stmt]]:
    """Return the blocks of a statement that are of the same scope."""
    if isinstance(statement, (ast.ClassDef, *FUNCTIONS)):
        return []
    holders: list[Any] = [statement, *getattr(statement, "handlers", ()), *getattr(statement, "cases", ())]
    found = [getattr(holder, name, None) for holder in holders for name in ("body", "orelse", "finalbody")]
    return [block for block in found if block]


def _copied(single: Import, place: ast.stmt) -> Import:
    names = [ast.alias(alias.name, alias.asname) for alias in single.names]
    copy = (
        ast.ImportFrom(single.module, names, 0) if isinstance(single, ast.ImportFrom) else ast.Import(names)
    )
    return ast.fix_missing_locations(ast.copy_location(copy, place))


def _single_imports(statements: Sequence[ast.stmt], package: str) -> Iterator[Import]:
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
