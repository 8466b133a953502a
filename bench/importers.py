"""The files of a project: how long each is, and which other files import it, read from the syntax trees."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PACKAGES: Final = ("adapter", "telemetry", "artifact", "service")
FRONT_DOOR: Final = "__init__.py"
COMMAND: Final = "__main__.py"


@dataclass(frozen=True, slots=True)
class File:
    """One Python file of a project."""

    path: str
    """Relative to the project, with slashes."""
    lines: int
    empty: bool
    """Nothing but a docstring: an `__init__.py` that only makes its folder a package."""
    importers: tuple[str, ...]
    """Paths of the other files that import it, each once, in alphabetical order."""

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]

    @property
    def folder(self) -> str:
        """The path without its last part."""
        return self.path.rpartition("/")[0]

    @property
    def is_door(self) -> bool:
        """Whether it is found by its place and not by its name: `__init__.py` or `__main__.py`."""
        return self.name in {FRONT_DOOR, COMMAND}


def read_files(project: Path) -> list[File]:
    """Every Python file of the four packages, in order of their paths; tests are not among them."""
    found = [path for package in PACKAGES for path in (project / package).rglob("*.py")]
    sources = {
        path.relative_to(project).as_posix(): path.read_text(encoding="utf-8") for path in sorted(found)
    }
    trees = {path: ast.parse(source, path) for path, source in sources.items()}
    importers: dict[str, set[str]] = {path: set() for path in trees}
    for path, tree in trees.items():
        for target in _imported(path, tree, trees):
            importers[target].add(path)
        importers[path].discard(path)
    return [
        File(path, len(source.splitlines()), _empty(trees[path]), tuple(sorted(importers[path])))
        for path, source in sources.items()
    ]


def _imported(path: str, tree: ast.Module, trees: Mapping[str, ast.Module]) -> Iterator[str]:
    """Files that one file imports, wherever the statement stands: at the top, in a function, for types."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules = [_module(alias.name, trees) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            package = _package(path, node)
            modules = [_holder(package, alias.name, trees) for alias in node.names]
        elif isinstance(node, ast.Call):
            modules = [_module(name, trees) for name in _named(node)]
        else:
            continue
        yield from (module for module in modules if module is not None)


def _package(path: str, node: ast.ImportFrom) -> str:
    """What stands after `from`, in full."""
    if node.level == 0:
        return node.module or ""
    above = path.split("/")[: -node.level]
    return ".".join([*above, node.module] if node.module else above)


def _named(call: ast.Call) -> Iterator[str]:
    """The module that `import_module("a.b")` asks for, where its name is written out."""
    called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if called in {"import_module", "__import__"} and call.args:
        name = _text(call.args[0])
        if name is not None:
            yield name


def _holder(package: str, name: str, trees: Mapping[str, ast.Module]) -> str | None:
    """The file that `from package import name` is about: a module of the package, or the package itself.

    Python looks at what the package has bound before it looks for a module of that name.
    """
    front_door = _module(package, trees)
    if front_door is not None and name in _bound(trees[front_door]):
        return front_door
    return _module(f"{package}.{name}", trees) or front_door


def _module(name: str, trees: Mapping[str, ast.Module]) -> str | None:
    path = name.replace(".", "/")
    return next((found for found in (f"{path}.py", f"{path}/{FRONT_DOOR}") if found in trees), None)


def _bound(tree: ast.Module) -> set[str]:
    """Names that the top of a module binds, or lists in `__all__` and makes when they are asked for."""
    names: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            names |= {alias.asname or alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            names |= _assigned(node)
    return names


def _assigned(node: ast.Assign | ast.AnnAssign) -> set[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    names = {target.id for target in targets if isinstance(target, ast.Name)}
    if "__all__" in names and node.value is not None:
        names |= {text for item in ast.walk(node.value) if (text := _text(item)) is not None}
    return names


def _text(node: ast.AST) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _empty(tree: ast.Module) -> bool:
    return all(isinstance(node, ast.Expr) and _text(node.value) is not None for node in tree.body)
