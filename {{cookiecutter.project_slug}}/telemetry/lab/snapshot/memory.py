"""All objects that a function's modules lead to, and the names by which they do.

It is loaded by path in the function's own process, and imports nothing but the standard library.
"""

import contextlib
import contextvars
import gc
import re
import sys
import threading
import types
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any, Final

FOREIGN: Final = sys.stdlib_module_names | {
    "awslambdaric",
    "runtime_client",
    "simplejson",
    "snapshot_restore_py",
}
"""Packages that are the same in every function: what they keep is no app's."""
MOST_OBJECTS: Final = 5_000_000
SHOWN_STEPS: Final = 4
"""Of the way from a module to an object; more are left out in its middle."""

YIELDED: Final[Mapping[str, tuple[str, ...]]] = {
    "starlette.routing": ("maybe_state",),
    "fastapi.routing": ("maybe_nested_state", "maybe_original_state"),
}
"""By module: local variables that hold what a lifespan has yielded, of which requests see a copy."""
_ATOMS: Final = (str, bytes, int, float, bool, types.NoneType)
_PLAIN_KEY: Final = re.compile(r"[A-Za-z_][\w.:-]{0,39}")
"""Of a dictionary. Others may hold what a user has typed, and are not shown."""


class Memory:
    """One walk, breadth first, so that the way to each object is the shortest one."""

    def __init__(self) -> None:
        self._found: dict[int, tuple[Any, Any]] = {}
        """By id: an object, kept so that no other one gets its id, and the one that leads to it."""
        self.whole = True
        """False where there were more than `MOST_OBJECTS`."""

    def objects(self) -> Iterator[tuple[Any, Any]]:
        """Yield each object once, and the object that leads to it."""
        self._leave_out()
        waiting = deque(self._roots())
        while waiting:
            parent = waiting.popleft()
            yielded = _yielded(parent)
            for child in gc.get_referents(parent):
                if id(child) in self._found or any(child is one for one in yielded):
                    continue
                self._found[id(child)] = child, parent
                if _is_foreign(child):
                    continue
                yield child, parent
                if type(child) not in _ATOMS:
                    waiting.append(child)
            if len(self._found) > MOST_OBJECTS:
                self.whole = False
                return

    def place(self, found: Any) -> str:
        """Return names that lead to an object that was found, such as `service.app.cache.key`."""
        chain = [found]
        while (known := self._found.get(id(chain[-1]))) is not None and known[1] is not None:
            chain.append(known[1])
        chain.reverse()
        anchor, steps = "", list[str]()
        for before, parent, child in zip([None, *chain], chain, chain[1:], strict=False):
            if name := _anchor(parent):
                anchor, steps = name, []
            if step := _step(before, parent, child):
                steps.append(step)
        if len(steps) > SHOWN_STEPS:
            steps = [steps[0], " ... ", steps[1 - SHOWN_STEPS].lstrip("."), *steps[2 - SHOWN_STEPS :]]
        return "".join([anchor, *steps])

    def holder(self, found: Any) -> str:
        """Return the package of what leads to an object: of a module, or of another object's class."""
        _, parent = self._found.get(id(found), (None, None))
        _, before = self._found.get(id(parent), (None, None))
        if isinstance(before, threading.Thread):  # what its function was started with
            parent = getattr(before, "_target", before)
        elif isinstance(parent, dict):
            parent = before if _is_namespace(before, parent) else {}
        module = (
            parent.__name__ if isinstance(parent, types.ModuleType) else getattr(parent, "__module__", None)
        )
        return str(module or type(parent).__module__).partition(".")[0]

    def _leave_out(self) -> None:
        """Take what is not the app's for known, so that no way leads through it."""
        for name, module in list(sys.modules.items()):
            if name.partition(".")[0] in FOREIGN or name == "__main__":
                for part in (module, getattr(module, "__dict__", None)):
                    self._found[id(part)] = part, None
        self._found[id(self._found)] = self._found, None

    def _roots(self) -> Iterator[Any]:
        modules = [module for module in list(sys.modules.values()) if id(module) not in self._found]
        modules = [module for module in modules if isinstance(module, types.ModuleType)]
        for module in sorted(modules, key=_is_installed):
            self._found[id(module)] = module, None
            yield module
        for thread in threading.enumerate():
            if thread is not threading.main_thread():
                self._found[id(thread)] = thread, None
                yield thread
        for variable, value in contextvars.copy_context().items():
            if id(value) not in self._found and type(value) not in _ATOMS:
                self._found[id(value)] = value, variable
                yield value


def _is_installed(module: types.ModuleType) -> bool:
    return "site-packages" in (getattr(module, "__file__", None) or "")


def _is_foreign(found: Any) -> bool:
    if not isinstance(found, (type, types.FunctionType)):
        return False
    module = getattr(found, "__module__", None)
    return isinstance(module, str) and module.partition(".")[0] in FOREIGN


def _anchor(parent: Any) -> str:
    """Return the name of what has one of its own."""
    if isinstance(parent, types.ModuleType):
        return parent.__name__
    if isinstance(parent, type):
        return f"{parent.__module__}.{parent.__qualname__}"
    if isinstance(parent, types.FunctionType):
        return f"{parent.__module__}.{parent.__qualname__}()"
    if (frame := _frame(parent)) is not None:
        return f"{frame.f_globals.get('__name__', '?')}.{parent.__qualname__}()"
    if isinstance(parent, threading.Thread):
        return f"thread {parent.name}"
    return ""


def _frame(parent: Any) -> types.FrameType | None:
    for name in ("cr_frame", "gi_frame", "ag_frame"):
        if type(parent) in {types.CoroutineType, types.GeneratorType, types.AsyncGeneratorType}:
            frame: types.FrameType | None = getattr(parent, name, None)
            if frame is not None:
                return frame
    return None


def _step(before: Any, parent: Any, child: Any) -> str:
    """Return what has to be written after `parent` to name `child`; nothing where that has no name."""
    if isinstance(parent, dict):
        return _item(parent, child, attributes=_is_namespace(before, parent))
    if isinstance(before, types.FunctionType) and before.__closure__ is parent is not None:
        named = zip(before.__code__.co_freevars, before.__closure__ or (), strict=False)
        return next((f".{name}" for name, cell in named if cell is child), "")
    if isinstance(parent, (list, tuple, deque)) and not hasattr(parent, "_fields"):
        return next((f"[{index}]" for index, item in enumerate(parent) if item is child), "")
    return next((f".{name}" for name, value in _named(parent) if value is child), "")


def _named(parent: Any) -> Iterator[tuple[str, Any]]:
    """Yield what an object holds under names of its own."""
    if isinstance(parent, (types.ModuleType, types.FunctionType)):
        return
    if (frame := _frame(parent)) is not None:
        yield from frame.f_locals.items()
    elif isinstance(parent, tuple) and hasattr(parent, "_fields"):
        yield from zip(parent._fields, parent, strict=False)
    else:
        yield from _attributes(parent)


def _item(parent: dict[Any, Any], child: Any, *, attributes: bool) -> str:
    for key, value in parent.items():
        if value is child:
            plain = isinstance(key, str) and _PLAIN_KEY.fullmatch(key) is not None
            if attributes and plain:
                return f".{key}"
            return f"[{key!r}]" if plain or type(key) is int else "[...]"
    return "[...]"


def _is_namespace(before: Any, parent: dict[Any, Any]) -> bool:
    """Whether a dictionary holds the attributes of the object before it."""
    return isinstance(before, type) or _own(before) is parent


def _yielded(parent: Any) -> list[Any]:
    """Return what a framework keeps of a lifespan's state, in a coroutine that does not use it any more."""
    frame = _frame(parent)
    if frame is None:
        return []
    names = YIELDED.get(str(frame.f_globals.get("__name__")), ())
    if not names:
        return []
    kept = frame.f_locals  # Python before 3.13 keeps this dictionary with the frame, once it was asked for
    return [kept, *(kept[name] for name in names if name in kept)]


def _own(found: Any) -> dict[str, Any] | None:
    try:
        own = object.__getattribute__(found, "__dict__")
    except (AttributeError, TypeError):
        return None
    return own if isinstance(own, dict) else None


def _attributes(parent: Any) -> Iterator[tuple[str, Any]]:
    """Yield attributes, those in slots too, without running code of the object's class."""
    yield from (_own(parent) or {}).items()
    for kind in type(parent).__mro__:
        for name, member in vars(kind).items():
            if isinstance(member, types.MemberDescriptorType) and not name.startswith("__"):
                with contextlib.suppress(AttributeError):
                    yield name, member.__get__(parent)
