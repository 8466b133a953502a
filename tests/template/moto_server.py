"""An AWS on loopback that `sam deploy` can deploy to: `python -m tests.template.moto_server PORT REQUESTS`.

Serves until its stdin ends. moto ignores SAM's transform, computes no outputs of a stack that a change set
creates, sees changes where there are none and not all that there are, keeps holes in lists, and lacks
types: see `moto_types`. It hides what SAM sends of parameters, so requests that make or change a stack go
to REQUESTS.
"""

import json
import sys
from pathlib import Path
from typing import Any, Final

import boto3
from moto.awslambda.models import LambdaStorage
from moto.cloudformation import parsing
from moto.cloudformation.models import CloudFormationBackend, Stack
from moto.cloudformation.parsing import ResourceMap
from moto.cloudformation.responses import CloudFormationResponse
from moto.server import ThreadedMotoServer
from samtranslator.parser.parser import Parser  # type: ignore[import-untyped] # it has no types
from samtranslator.translator.translator import Translator  # type: ignore[import-untyped] # as above
from samtranslator.yaml_helper import yaml_parse  # type: ignore[import-untyped] # as above

from tests.template.moto_types import register

FOLLOWING: Final = ("Function", "Version", "Alias")
"""In the order in which they have to change."""


def transformed(template: str, parameters: dict[str, Any], region: str) -> str:
    """Do what CloudFormation does to a SAM template, and leave any other as it is."""
    parsed = yaml_parse(template)
    if "Transform" not in parsed:
        return template
    translator = Translator({}, Parser(), boto_session=boto3.Session(region_name=region))
    plain = translator.translate(parsed, dict(parameters))
    translator.metrics.publish()
    return json.dumps({name: part for name, part in plain.items() if name not in {"Transform", "Rules"}})


def teach_change_sets() -> None:
    """Transform templates on the way in, and compute outputs once the stack is there."""
    create: Any = CloudFormationBackend.create_change_set
    execute: Any = CloudFormationBackend.execute_change_set

    def create_change_set(
        backend: CloudFormationBackend,
        stack_name: str,
        change_set_name: str,
        template: str,
        *more: Any,
        **named: Any,
    ) -> tuple[str, str]:
        parameters = named["parameters"] if "parameters" in named else more[0]
        plain = transformed(template, parameters, backend.region_name)
        for stack in backend.stacks.values():
            if stack.name == stack_name and stack.status.endswith("_COMPLETE"):
                _forget_unchanged(stack, parameters)
        created: tuple[str, str] = create(backend, stack_name, change_set_name, plain, *more, **named)
        return created

    def execute_change_set(backend: CloudFormationBackend, *arguments: Any, **named: Any) -> None:
        execute(backend, *arguments, **named)
        for stack in backend.stacks.values():
            if stack.status.endswith("_COMPLETE") and stack.template:
                _refresh_outputs(stack)

    taught: Any = CloudFormationBackend
    taught.create_change_set = create_change_set
    taught.execute_change_set = execute_change_set


def _forget_unchanged(stack: Stack, parameters: dict[str, Any]) -> None:
    """Drop what is as before by default; moto would take it for a change that it is spelled out now."""
    for name, value in list(parameters.items()):
        if name not in stack.parameters and str(value) == str(stack.stack_parameters[name]):
            del parameters[name]


def teach_no_value() -> None:
    """Leave out of a list what a condition leaves out; moto would keep a hole."""
    clean: Any = parsing.clean_json

    def clean_json(node: Any, resources: Any) -> Any:
        cleaned = clean(node, resources)
        return [value for value in cleaned if value is not None] if isinstance(node, list) else cleaned

    taught: Any = parsing
    taught.clean_json = clean_json


def teach_dependents() -> None:
    """Update the alias with its version; moto looks only at the parameters that a resource names itself."""
    difference: Any = ResourceMap.build_resource_diff

    def build_resource_diff(resources: ResourceMap, template: dict[str, Any], *more: Any) -> dict[str, Any]:
        found: dict[str, Any] = difference(resources, template, *more)
        modified = found["Modify"]
        if "Version" in modified and "Alias" in template["Resources"] and "Alias" not in modified:
            modified.append("Alias")
        modified.sort(key=lambda name: FOLLOWING.index(name) if name in FOLLOWING else -1)
        return found

    taught: Any = ResourceMap
    taught.build_resource_diff = build_resource_diff


def teach_numbers() -> None:
    """Give no version the number of another one; moto counts those that are there, also after a deletion."""
    publish: Any = LambdaStorage.publish_version

    def publish_version(storage: Any, name: str, description: str = "") -> Any:
        made = publish(storage, name, description)
        versions = storage._functions[made.function_name]["versions"]
        others = [version.version for version in versions if version is not made]
        if made.version in others:
            made.set_version(max(others) + 1)
            storage._arns.update({version.function_arn: version for version in versions})
        return made

    taught: Any = LambdaStorage
    taught.publish_version = publish_version


def record_requests(file: Path) -> None:
    """Write down what is asked of CloudFormation, before moto fills in previous values."""
    for action, method in (("CreateChangeSet", "create_change_set"), ("UpdateStack", "update_stack")):
        _record(action, method, file)


def _record(action: str, method: str, file: Path) -> None:
    answer: Any = getattr(CloudFormationResponse, method)

    def recorded(response: CloudFormationResponse) -> Any:
        names = ("StackName", "Parameters", "Tags", "Capabilities", "ChangeSetType", "UsePreviousTemplate")
        request = {"Action": action, **{name: response._get_param(name) for name in names}}
        with file.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(request) + "\n")
        return answer(response)

    setattr(CloudFormationResponse, method, recorded)


def _refresh_outputs(stack: Stack) -> None:
    stack._parse_template()
    stack.output_map = stack._create_output_map()


def main() -> None:
    port, requests = int(sys.argv[1]), Path(sys.argv[2])
    register(port)
    record_requests(requests)
    teach_dependents()
    teach_numbers()
    teach_change_sets()
    teach_no_value()
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    server.start()
    sys.stdout.write("serving\n")
    sys.stdout.flush()
    sys.stdin.read()
    server.stop()


if __name__ == "__main__":
    main()
