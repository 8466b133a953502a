"""The parameters of a deployment: what samconfig.toml says of them, and what template.yaml has by default.

`sam deploy` sends `UsePreviousValue` for each parameter that it is not told, and the stack then keeps the
old value: a line taken out of samconfig.toml would change nothing. So every parameter is named, by its
default where the file is silent.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import yaml

from adapter.placement import parse_weights

VALUE: Final = r"(?:^|\s)(?:ParameterKey={0},ParameterValue|{0})=(\"[^\"]*\"|'[^']*'|\S*)"
"""Finds what a parameter or a tag is set to, in either form of SAM's; several may be in one string."""
BUILT: Final = ("Runtime", "Architecture")
"""By which `sam build` takes packages."""


class ParameterError(Exception):
    """This cannot be deployed with these parameters. The text says why."""


def setting(config: Mapping[str, Any], config_env: str, name: str) -> Any:
    """Return what samconfig.toml sets for `sam deploy`; None if nothing."""
    part = config.get(config_env, {})
    for command in ("deploy", "global"):
        found = part.get(command, {}).get("parameters", {}).get(name)
        if found is not None:
            return found
    return None


def pairs(config: Mapping[str, Any], config_env: str, name: str) -> list[str]:
    """Return the `parameter_overrides` or `tags` that the file has for `sam deploy`, as it takes them."""
    return list(_texts(setting(config, config_env, name) or ()))


def defaults(template: Path) -> list[str]:
    """Return each parameter of a template that has a default, with it.

    One without a default is left out. SAM then asks for it once, and keeps its value from then on.
    """
    found = yaml.load(template.read_text(encoding="utf-8"), _Loader)  # noqa: S506 - it is a safe one
    parameters: Mapping[str, Mapping[str, Any]] = found.get("Parameters") or {}
    return [
        _override(name, parameter["Default"])
        for name, parameter in parameters.items()
        if "Default" in parameter
    ]


def check_experiment(overrides: Sequence[str]) -> None:
    """Read the experiment as the function will, since the template's pattern knows only half of its rule.

    Raises:
        PlacementError: It is one that no environment could start with.
    """
    experiment = last_value(overrides, "Experiment")
    if experiment:
        parse_weights(experiment)


def check_built(note: Path, overrides: Sequence[str]) -> None:
    """Compare what SAM has built with the function that is to run it.

    Args:
        note: `.aws-sam/build.toml`, SAM's own; without it nothing is compared.
        overrides: Every parameter.

    Raises:
        ParameterError: The packages are for another runtime or processor.
    """
    if not note.is_file():
        return
    made = tomllib.loads(note.read_text(encoding="utf-8")).get("function_build_definitions", {})
    for name in BUILT:
        wanted = last_value(overrides, name)
        others = {one[name.lower()] for one in made.values() if name.lower() in one} - {wanted}
        if wanted and others:
            raise ParameterError(
                f"{name} is {wanted}, but what was built is for {', '.join(sorted(others))}, and could not "
                "start there. Set it for build and for deploy, in both parts of samconfig.toml"
            )


def last_value(texts: Sequence[str], name: str) -> str:
    """Return what a parameter or a tag is set to last, which is what SAM takes; empty if nothing."""
    found = [match for text in texts for match in re.findall(VALUE.format(name), text)]
    return found[-1].strip("\"'") if found else ""


def _texts(value: Any) -> Iterator[str]:
    """Flatten the forms that SAM reads: one string, lists of them, tables."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from (_override(name, one) for name, one in value.items())
    else:
        for one in value:
            yield from _texts(one)


def _override(name: str, value: Any) -> str:
    text = ",".join(map(str, value)) if isinstance(value, list) else str(value)
    escaped = text.replace('"', '\\"')
    return f'{name}="{escaped}"'


class _Loader(yaml.SafeLoader):
    """Reads CloudFormation's tags as nothing, since no default has one."""


def _nothing(loader: yaml.SafeLoader, tag: str, node: yaml.Node) -> None:
    """Take any tag."""


_Loader.add_multi_constructor("!", _nothing)
