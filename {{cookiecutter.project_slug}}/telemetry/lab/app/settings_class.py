"""Which environment variables a settings class of pydantic reads; it is found among the imported classes."""

import sys
from collections.abc import Iterator, Sequence
from typing import Any, Final

_BASES: Final = (
    ("pydantic_settings", "BaseSettings"),
    ("pydantic.v1", "BaseSettings"),
    ("pydantic", "BaseSettings"),
)
"""Version 2 keeps version 1 in a package of its own, and has settings in another distribution."""


def variable_names(title: str, fields: Sequence[str]) -> list[str]:
    """Return the variables of fields as pydantic's error names these; none where there is no such class.

    Args:
        title: Name of the class.
        fields: Paths of missing fields, with dots between their parts.
    """
    found = [kind for kind in _settings_classes() if kind.__name__ == title]
    return [_variable(found[-1], field) for field in fields] if found else []


def _settings_classes() -> Iterator[Any]:
    for module, name in _BASES:
        # Not by an attribute: pydantic 2 raises for the name that has moved.
        base = vars(sys.modules[module]).get(name) if module in sys.modules else None
        if base is not None:
            yield from _below(base)


def _below(base: Any) -> Iterator[Any]:
    for kind in base.__subclasses__():
        yield kind
        yield from _below(kind)


def _variable(kind: Any, field: str) -> str:
    first, *rest = field.split(".")
    if not hasattr(kind, "model_config"):  # of version 1
        known = kind.__fields__.get(first)
        names = sorted(known.field_info.extra.get("env_names", ())) if known is not None else []
        return str(names[0] if names else first).upper()
    config = kind.model_config
    delimiter = config.get("env_nested_delimiter")
    path = delimiter.join([first, *rest]) if delimiter else first
    # An alias is named as it is; only a field's own name gets the prefix.
    name = f"{config.get('env_prefix') or ''}{path}" if first in kind.model_fields else path
    return name if config.get("case_sensitive") else name.upper()
