"""Which imports of a file could stand in its functions: the names that they bind are used there alone.

Where this is in doubt, the answer is no. It runs in the app's own Python, which alone can read all its files.
"""

import ast
import symtable
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from telemetry.lab.imports.scopes import Scopes, eager, outermost_functions

Import: TypeAlias = ast.Import | ast.ImportFrom


@dataclass(frozen=True, slots=True)
class FileImports:
    """How a file imports one package at its top."""

    lines: tuple[int, ...]
    """Of the import statements."""
    names: tuple[str, ...]
    """What they bind."""
    obstacle: str = ""
    """Why they cannot be moved; nothing if they can."""
    unused: bool = False
    """No name is used in the file, so that moving them would be removing them."""


def file_imports(source: str, path: str, imported_elsewhere: Collection[str] = ()) -> dict[str, FileImports]:
    """Say of each package that a file imports while it is imported itself whether that could be later.

    Args:
        source: The text of the file.
        path: Its path, for error messages.
        imported_elsewhere: Names that other files import from this one.

    Raises:
        SyntaxError: It is no Python, or of another version.
    """
    tree = ast.parse(source, path)
    scopes = Scopes(tree, symtable.symtable(source, path, "exec"))
    found: dict[str, list[Import]] = {}
    for statement in _eager_imports(tree):
        for package in _packages(statement):
            found.setdefault(package, []).append(statement)
    return {
        package: _judged(package, statements, scopes, imported_elsewhere)
        for package, statements in found.items()
    }


def names_by_module(modules: Iterable[tuple[str, str, str]]) -> dict[str, set[str]]:
    """Return which names of each module the others import from it, wherever they do.

    Args:
        modules: Name, path and source of each.
    """
    found: dict[str, set[str]] = {}
    for name, path, source in modules:
        for node in ast.walk(ast.parse(source, path)):
            if isinstance(node, ast.ImportFrom):
                wanted = found.setdefault(_absolute(node, name, path), set())
                wanted.update(alias.name for alias in node.names)
    return found


def aliases_of(statement: ast.stmt, package: str) -> list[ast.alias]:
    """Return what a statement imports of a package; relative imports are of the app's own."""
    match statement:
        case ast.Import():
            return [alias for alias in statement.names if alias.name.partition(".")[0] == package]
        case ast.ImportFrom(module=str(module), level=0) if module.partition(".")[0] == package:
            return statement.names
    return []


def bound_name(alias: ast.alias, statement: ast.stmt) -> str:
    """Return the name that an import binds: of `import a.b` that is `a`."""
    return alias.asname or (alias.name.partition(".")[0] if isinstance(statement, ast.Import) else alias.name)


def _judged(
    package: str, statements: Sequence[Import], scopes: Scopes, imported_elsewhere: Collection[str]
) -> FileImports:
    bound = {
        bound_name(alias, statement): statement.lineno
        for statement in statements
        for alias in aliases_of(statement, package)
    }
    lines = tuple(sorted({statement.lineno for statement in statements}))
    obstacle = _obstacle(package, statements, bound, scopes, imported_elsewhere)
    functions = list(outermost_functions(scopes.tree))
    unused = not obstacle and not any(scopes.needs(each, name) for each in functions for name in bound)
    return FileImports(lines, tuple(bound), obstacle, unused)


def _obstacle(
    package: str,
    statements: Sequence[Import],
    bound: Mapping[str, int],
    scopes: Scopes,
    imported_elsewhere: Collection[str],
) -> str:
    """Return the first reason why the statements must stay where they are."""
    conditional = [each.lineno for each in statements if each not in scopes.tree.body]
    twice = [name for name in bound if scopes.rebound(name) or _imported_twice(name, package, scopes.tree)]
    wanted = [name for name in bound if name in imported_elsewhere]
    exported = sorted(_exported(scopes.tree) & bound.keys())
    reasons = (
        conditional and f"line {conditional[0]}: the import is inside of another statement",
        "*" in bound and f"line {bound['*']}: it imports *",
        twice and f"{twice[0]} is bound more than once",
        wanted and f"another file imports {wanted[0]} from this one",
        exported and f"__all__ names {exported[0]}",
        (line := scopes.annotated_with(bound)) and f"line {line} names it in an annotation",
        (line := scopes.eager_use(bound)) and f"line {line} uses it while the file is imported",
    )
    return next((reason for reason in reasons if isinstance(reason, str) and reason), "")


def _absolute(statement: ast.ImportFrom, importer: str, path: str) -> str:
    """Return the whole name of the module that names are imported from."""
    if not statement.level:
        return statement.module or ""
    parts = importer.split(".")
    up = statement.level - path.endswith("__init__.py")
    return ".".join([*parts[: len(parts) - up], *filter(None, [statement.module])])


def _eager_imports(tree: ast.Module) -> Iterator[Import]:
    return (node for node in eager(tree) if isinstance(node, ast.Import | ast.ImportFrom))


def _packages(statement: Import) -> list[str]:
    """Return the top-level names that a statement imports."""
    match statement:
        case ast.Import():
            return [alias.name.partition(".")[0] for alias in statement.names]
        case ast.ImportFrom(module=str(module), level=0):
            return [module.partition(".")[0]]
    return []


def _imported_twice(name: str, package: str, tree: ast.Module) -> bool:
    """Whether a name is bound by an import of another package, too."""
    return any(
        bound_name(alias, statement) == name
        for statement in _eager_imports(tree)
        for alias in statement.names
        if alias not in aliases_of(statement, package)
    )


def _exported(tree: ast.Module) -> set[str]:
    """Return the texts that are assigned or added to `__all__`."""
    found: set[str] = set()
    for node in eager(tree):
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets):
                texts = (each.value for each in ast.walk(node.value) if isinstance(each, ast.Constant))
                found.update(text for text in texts if isinstance(text, str))
    return found
