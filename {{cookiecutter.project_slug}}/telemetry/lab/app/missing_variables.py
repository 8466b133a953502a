"""Finds in a function's tracebacks the environment variables that it misses."""

import re
from collections.abc import Container, Iterator, Sequence
from typing import Final, NamedTuple

_FROM_ENVIRON: Final = re.compile(
    r"""File "[^"\n]*\bos(?:\.py)?>?", line \d+, in __getitem__\n(?:[ ].*\n)*KeyError: '([^'\n]+)'"""
)
"""The end of a traceback that comes from `os.environ[...]`; the standard library's may be frozen."""

_PYDANTIC: Final = re.compile(r"validation errors? for (\w+)\n((?:.*\n?)*)")
_MISSING_FIELD: Final = re.compile(
    r"^([\w.]+)(?: -> [\w.]+)*\n[ ]+field required [\[(]type=(?:value_error\.)?missing",
    re.MULTILINE | re.IGNORECASE,
)
_MESSAGE: Final = re.compile(r"^(?:\w+\.)*(\w+): (.+)$", re.MULTILINE)
"""The last line of a traceback."""
_SAYS_MISSING: Final = re.compile(
    r"environment|\benv|variable|setting|config|not set|unset|missing|not found|required|undefined|declare",
    re.IGNORECASE,
)
_NAME: Final = re.compile(
    r"""\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b
    | (?<=['"`]) [A-Z][A-Z0-9]{2,} (?=['"`])
    | (?:(?<=nvironment[ ]variable[ ])|(?<=env[ ]var[ ])) [A-Z][A-Z0-9]{2,}\b
    | \b[A-Z][A-Z0-9]{2,} (?=[ ](?:env(?:ironment)?[ ]var|not[ ]found\.[ ]Declare[ ]it[ ]as[ ]envvar))""",
    re.VERBOSE,
)
"""What looks like a variable's name in a sentence: with an underscore, in quotes, or called so beside it."""


class MissingFields(NamedTuple):
    """Fields of a settings class of pydantic, which alone knows what their variables are called."""

    title: str
    """Of the class."""
    fields: tuple[str, ...]

    def guessed(self) -> list[str]:
        """Return the names that they have unless the class says otherwise."""
        return [field.partition(".")[0].upper() for field in self.fields]


def missing_variables(text: str, given: Container[str]) -> "list[str] | MissingFields":
    """Return the names of variables for want of which the code that wrote `text` has failed.

    Args:
        text: Its tracebacks.
        given: Names of variables that it had, so that these are not missing.
    """
    if found := _FROM_ENVIRON.findall(text):
        return _distinct(name for name in found if name not in given)
    if fields := _of_pydantic(text):
        return fields
    return _distinct(name for name in _in_messages(text) if name not in given)


def set_them(names: Sequence[str]) -> list[str]:
    """Return lines that say which variables are missing, and the option that sets them."""
    if not names:
        return []
    options = " ".join(f"{name}=VALUE" for name in names)
    noun = "variable" if len(names) == 1 else "variables"
    verb = "is" if len(names) == 1 else "are"
    return [
        f"The environment {noun} {', '.join(names)} {verb} not set: the function inherits none of yours.",
        f"Add: --env {options}",
    ]


def _of_pydantic(text: str) -> MissingFields | None:
    if "pydantic_settings" not in text and "env_settings" not in text:
        return None  # a model of something else
    for title, errors in reversed(_PYDANTIC.findall(text)):
        if fields := _MISSING_FIELD.findall(errors):
            return MissingFields(title, tuple(_distinct(fields)))
    return None


def _in_messages(text: str) -> Iterator[str]:
    """Yield names from the messages of exceptions that speak of something missing."""
    for kind, message in _MESSAGE.findall(text):
        if _SAYS_MISSING.search(message) or _SAYS_MISSING.search(kind):
            yield from _NAME.findall(message)


def _distinct(names: Iterator[str] | Sequence[str]) -> list[str]:
    return list(dict.fromkeys(names))
