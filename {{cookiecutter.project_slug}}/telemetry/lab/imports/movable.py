"""Which imports of a file could stand in its functions: the names that they bind are used there alone.

Where this is in doubt, the answer is no. It runs in the app's own Python, which alone can read all its files.
"""

import ast
import symtable
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

Import: TypeAlias = ast.Import | ast.ImportFrom
FunctionNode: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef)


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


def outermost_functions(node: ast.AST) -> Iterator[FunctionNode]:
    """Yield the functions that are in no other one: those of the module, and the methods of its classes."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, FUNCTIONS):
            yield child
        else:
            yield from outermost_functions(child)


class Scopes:
    """A module's names: what is used while it is imported, and what only in functions."""

    def __init__(self, tree: ast.Module, table: symtable.SymbolTable) -> None:
        self.tree = tree
        self._module = table
        self._functions = {
            (found.get_name(), found.get_lineno()): found
            for found in _tables(table)
            if found.get_type() == "function"
        }
        self._defined = {(node.name, node.lineno) for node in ast.walk(tree) if isinstance(node, FUNCTIONS)}

    def needs(self, function: FunctionNode, name: str) -> bool:
        """Whether a function, or one in it, uses a name of the module."""
        table = self._functions.get((function.name, function.lineno))
        return table is None or any(_uses_global(scope, name) for scope in (table, *_tables(table)))

    def needs_itself(self, function: FunctionNode, name: str) -> bool:
        """Whether a function uses a name of the module: not only functions with a name in it do."""
        table = self._functions.get((function.name, function.lineno))
        return table is None or any(_uses_global(scope, name) for scope in self._without_functions(table))

    def _without_functions(self, table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
        """Yield a scope, and those of classes, lambdas and comprehensions in it."""
        yield table
        for child in table.get_children():
            if (child.get_name(), child.get_lineno()) not in self._defined:
                yield from self._without_functions(child)

    def rebound(self, name: str) -> bool:
        """Whether something else than an import binds a name of the module."""
        if name not in self._module.get_identifiers():  # of `import *`
            return False
        symbol = self._module.lookup(name)
        return (
            symbol.is_assigned()
            or symbol.is_namespace()
            or any(_declares_global(scope, name) for scope in _tables(self._module))
        )

    def eager_use(self, names: Collection[str]) -> int | None:
        """Return the first line where one of the names is used while the module is imported."""
        lines = [node.lineno for node in _eager(self.tree) if isinstance(node, ast.Name) and node.id in names]
        return min(lines, default=None)

    def annotated_with(self, names: Collection[str]) -> int | None:
        """Return the first line of an annotation that names one: frameworks read annotations early."""
        signatures = [each for node in ast.walk(self.tree) for each in _annotations(node)]
        fields = [node.annotation for node in _eager(self.tree) if isinstance(node, ast.AnnAssign)]
        lines = [each.lineno for each in (*signatures, *fields) if not names_in(each).isdisjoint(names)]
        return min(lines, default=None)


def names_in(annotation: ast.expr) -> set[str]:
    """Return the names in an annotation, also where it is a string or holds one."""
    found: set[str] = set()
    for node in ast.walk(annotation):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.update(_names_in_text(node.value))
    return found


def _names_in_text(text: str) -> set[str]:
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except SyntaxError:  # a text, as in Literal and Annotated
        return set()
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


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
    return (node for node in _eager(tree) if isinstance(node, ast.Import | ast.ImportFrom))


def evaluated(node: ast.AST, without: Container[int] = ()) -> Iterator[ast.AST]:
    """Yield what is evaluated with a node, and with the lambdas in it: all but the bodies of functions.

    Args:
        node: A statement, or a module.
        without: Ids of nodes to leave out.
    """
    for child in _parts(node):
        if id(child) not in without:
            yield child
            yield from evaluated(child, without)


def _parts(node: ast.AST) -> Iterable[ast.AST]:
    if not isinstance(node, FUNCTIONS):
        return ast.iter_child_nodes(node)
    defaults = [*node.args.defaults, *filter(None, node.args.kw_defaults)]
    return [*node.decorator_list, *defaults, *_annotations(node), *getattr(node, "type_params", ())]


def _eager(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield what is evaluated while the module is imported, or by its lambdas."""
    types_only = {
        id(each)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and _only_for_types(node.test)
        for each in node.body
    }
    return evaluated(tree, types_only)


def _only_for_types(test: ast.expr) -> bool:
    match test:
        case ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING"):
            return True
    return False


def _annotations(node: ast.AST) -> Iterator[ast.expr]:
    """Yield those of a function's signature."""
    if isinstance(node, FUNCTIONS):
        given = node.args
        every = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
        yield from (each.annotation for each in every if each is not None and each.annotation is not None)
        if node.returns is not None:
            yield node.returns


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
    for node in _eager(tree):
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets):
                texts = (each.value for each in ast.walk(node.value) if isinstance(each, ast.Constant))
                found.update(text for text in texts if isinstance(text, str))
    return found


def _tables(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    """Yield all scopes inside of one."""
    for child in table.get_children():
        yield child
        yield from _tables(child)


def _uses_global(table: symtable.SymbolTable, name: str) -> bool:
    return name in table.get_identifiers() and table.lookup(name).is_global()


def _declares_global(table: symtable.SymbolTable, name: str) -> bool:
    return name in table.get_identifiers() and table.lookup(name).is_declared_global()
