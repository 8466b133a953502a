import textwrap

import pytest

from telemetry.lab.imports.movable import FileImports, file_imports, names_by_module


def judged(source: str, package: str = "np", *elsewhere: str) -> FileImports:
    return file_imports(textwrap.dedent(source), "file.py", elsewhere)[package]


@pytest.mark.parametrize(
    "source",
    [
        "import np\ndef f():\n    return np.x\n",
        "import np.linalg, os\nclass C:\n    def f(self):\n        return np.linalg\n",
        "from np import x, y as z\nasync def f():\n    return [x for _ in z]\n",
        "import np\ndef f():\n    def g():\n        return lambda: np.x\n    return g\n",
        "import np\ndef f():\n    x: np.y = np.x\n",
        "import np\ndef f(np):\n    return np\ndef g():\n    return np.x\n",
        "import typing, np\nif typing.TYPE_CHECKING:\n    from np import T\ndef f():\n    return np.x\n",
    ],
)
def test_names_that_only_functions_use_can_move(source: str) -> None:
    found = judged(source)
    assert (found.obstacle, found.unused) == ("", False)


def test_lines_and_names_are_told() -> None:
    found = judged("import os, np.a\n\nfrom np import x as y\ndef f():\n    return np.a, y\n")
    assert (found.lines, found.names) == ((1, 3), ("np", "y"))


def test_import_of_which_no_name_is_used() -> None:
    assert judged("import np\ndef f(np):\n    return np\n").unused


@pytest.mark.parametrize(
    ("source", "obstacle"),
    [
        ("import np\nX = np.x\n", "line 2 uses it while the file is imported"),
        ("import np\n@np.jit\ndef f(): ...\n", "line 2 uses it while the file is imported"),
        ("import np\ndef f(x=np.x): ...\n", "line 2 uses it while the file is imported"),
        ("import np\nclass C(np.X): ...\n", "line 2 uses it while the file is imported"),
        ("import np\nclass C:\n    x = [np.x for _ in ()]\n", "line 3 uses it while the file is imported"),
        ("import np\nkey = lambda: np.x\n", "line 2 uses it while the file is imported"),
        ("import np\ndef f(x: np.X): ...\n", "line 2 names it in an annotation"),
        ("import np\ndef f() -> 'list[np.X]': ...\n", "line 2 names it in an annotation"),
        (
            "from __future__ import annotations\nimport np\ndef f():\n    def g(x: np.X): ...\n",
            "line 4 names it in an annotation",
        ),
        ("import np\nclass C:\n    x: 'np.X'\n", "line 3 names it in an annotation"),
        ("try:\n    import np\nexcept ImportError:\n    np = None\n", "line 2: the import is inside"),
        ("from np import *\n", "line 1: it imports *"),
        ("import np\nimport other as np\n", "np is bound more than once"),
        ("import np\nnp = np\n", "np is bound more than once"),
        ("import np\ndef f():\n    global np\n    np = 1\n", "np is bound more than once"),
        ("from np import x\n__all__ = ['x']\n", "__all__ names x"),
    ],
)
def test_what_stands_in_the_way(source: str, obstacle: str) -> None:
    assert judged(source).obstacle.startswith(obstacle)


def test_name_that_another_file_imports_cannot_move() -> None:
    wanted = names_by_module(
        [
            ("shop", "shop/__init__.py", "import np\ndef f():\n    return np\n"),
            ("shop.cart", "shop/cart.py", "from . import np"),
            ("main", "main.py", "def f():\n    from shop.cart import total"),
        ]
    )
    assert (wanted["shop"], wanted["shop.cart"]) == ({"np"}, {"total"})
    assert judged("import np\n", "np", *wanted["shop"]).obstacle == "another file imports np from this one"


def test_imports_for_types_or_in_functions_are_none() -> None:
    source = """
        from typing import TYPE_CHECKING
        if TYPE_CHECKING:
            import np
        def f():
            import pd
        from . import own
    """
    assert file_imports(textwrap.dedent(source), "file.py").keys() == {"typing"}
