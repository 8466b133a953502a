"""template.yaml as CloudFormation decides it, for given parameters: conditions and rules evaluated here."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from tests.stack import load_template

NO_VALUE: Final = {"Ref": "AWS::NoValue"}
REFERENCE: Final = re.compile(r"\$\{([^!{}]+)\}")

ValueOf: TypeAlias = Callable[[str], str | None]
"""Gets what a `Ref` names, or of a `Fn::GetAtt` the `Name.Attribute`."""


class Rendering:
    """One template with one set of parameters; what they leave out has its default."""

    def __init__(self, **parameters: str) -> None:
        self._template = load_template()
        known = self._template["Parameters"]
        for name, value in parameters.items():
            check(name, known[name], value)
        self.parameters = {
            name: parameters.get(name, str(parameter["Default"])) for name, parameter in known.items()
        }

    def definition(self, parameter: str) -> dict[str, Any]:
        """How the template describes a parameter."""
        found: dict[str, Any] = self._template["Parameters"][parameter]
        return found

    def conditions(self) -> dict[str, bool]:
        """Whether each condition of the template holds."""
        return {name: self._holds({"Condition": name}) for name in self._template["Conditions"]}

    def refusals(self) -> list[str]:
        """What the rules say against these parameters."""
        return [
            assertion["AssertDescription"]
            for rule in self._template["Rules"].values()
            if "RuleCondition" not in rule or self._holds(rule["RuleCondition"])
            for assertion in rule["Assertions"]
            if not self._holds(assertion["Assert"])
        ]

    def template(self) -> dict[str, Any]:
        """The template without conditions: what is not there is gone, and each `Fn::If` is decided."""
        parts = ("Resources", "Outputs")
        decided: dict[str, Any] = {part: self._decided(self._present(self._template[part])) for part in parts}
        kept = ("AWSTemplateFormatVersion", "Transform", "Description", "Parameters")
        return {name: self._template[name] for name in kept} | decided

    def _present(self, items: Mapping[str, Any]) -> dict[str, Any]:
        present = {}
        for name, item in items.items():
            if "Condition" not in item or self._holds({"Condition": item["Condition"]}):
                present[name] = {key: value for key, value in item.items() if key != "Condition"}
        return present

    def _decided(self, node: Any) -> Any:
        if isinstance(node, list):
            return [value for value in map(self._decided, node) if value != NO_VALUE]
        if not isinstance(node, dict):
            return node
        if "Fn::If" in node:
            condition, then, otherwise = node["Fn::If"]
            return self._decided(then if self._holds({"Condition": condition}) else otherwise)
        decided = {key: self._decided(value) for key, value in node.items()}
        return {key: value for key, value in decided.items() if value != NO_VALUE}

    def _holds(self, node: Mapping[str, Any]) -> bool:
        ((function, operands),) = node.items()
        match function:
            case "Condition":
                return self._holds(self._template["Conditions"][operands])
            case "Fn::Equals":
                left, right = map(self._text, operands)
                return left == right
            case "Fn::Not":
                return not self._holds(operands[0])
            case "Fn::Or":
                return any(map(self._holds, operands))
            case "Fn::And":
                return all(map(self._holds, operands))
        raise AssertionError(f"no condition: {node}")

    def _text(self, node: Any) -> str:
        return self.parameters[node["Ref"]] if isinstance(node, dict) else str(node)


def check(name: str, parameter: Mapping[str, Any], value: str) -> None:
    """Raise `ValueError` for a value that CloudFormation would not take."""
    allowed = parameter.get("AllowedValues")
    pattern = parameter.get("AllowedPattern", ".*")
    low, high = parameter.get("MinValue", "-inf"), parameter.get("MaxValue", "inf")
    if allowed is not None and value not in map(str, allowed):
        raise ValueError(f"{name}: {value!r} is none of {allowed}")
    if not re.fullmatch(pattern, value):
        raise ValueError(f"{name}: {value!r} does not match {pattern}")
    if parameter["Type"] == "Number" and not float(low) <= float(value) <= float(high):
        raise ValueError(f"{name}: {value} is not between {low} and {high}")


def filled_in(node: Any, value_of: ValueOf) -> Any:
    """Replace each reference by its value, as CloudFormation does; one without a value stays."""
    if isinstance(node, list):
        return [filled_in(value, value_of) for value in node]
    if not isinstance(node, dict):
        return node
    match list(node.items()):
        case [("Ref", name)]:
            return _or_else(value_of(name), node)
        case [("Fn::GetAtt", [name, attribute])]:
            return _or_else(value_of(f"{name}.{attribute}"), node)
        case [("Fn::Sub", substitution)]:
            return _substituted(substitution, value_of)
    return {key: filled_in(value, value_of) for key, value in node.items()}


def _substituted(substitution: Any, value_of: ValueOf) -> Any:
    text, variables = substitution if isinstance(substitution, list) else (substitution, {})
    parts = {name: _text_of(filled_in(value, value_of)) for name, value in variables.items()}
    whole = REFERENCE.sub(lambda found: parts.get(found[1], found[0]), text)
    filled = REFERENCE.sub(lambda found: _or_else(value_of(found[1]), found[0]), whole)
    # `${!Name}` is how one writes `${Name}` there.
    return {"Fn::Sub": filled} if REFERENCE.search(filled) else filled.replace("${!", "${")


def _text_of(value: Any) -> str:
    text: str = value["Fn::Sub"] if isinstance(value, dict) else value
    return text


def _or_else(value: str | None, otherwise: Any) -> Any:
    return otherwise if value is None else value
