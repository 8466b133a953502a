"""The names of a module: which are used while it is imported, and which only in its functions."""

import ast
import symtable
from collections.abc import Collection, Container, Iterable, Iterator
from typing import Final, TypeAlias

FunctionNode: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef)


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
        lines = [node.lineno for node in eager(self.tree) if isinstance(node, ast.Name) and node.id in names]
        return min(lines, default=None)

    def annotated_with(self, names: Collection[str]) -> int | None:
        """Return the first line of an annotation that names one: frameworks read annotations early."""
        signatures = [each for node in ast.walk(self.tree) for each in _annotations(node)]
        fields = [node.annotation for node in eager(self.tree) if isinstance(node, ast.AnnAssign)]
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


def eager(tree: ast.Module) -> Iterator[ast.AST]:
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


def _tables(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    """Yield all scopes inside of one."""
    for child in table.get_children():
        yield child
        yield from _tables(child)


def _uses_global(table: symtable.SymbolTable, name: str) -> bool:
    return name in table.get_identifiers() and table.lookup(name).is_global()


def _declares_global(table: symtable.SymbolTable, name: str) -> bool:
    return name in table.get_identifiers() and table.lookup(name).is_declared_global()
