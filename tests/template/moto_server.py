"""An AWS on loopback that `sam deploy` can deploy to: `python -m tests.template.moto_server PORT`.

Serves until its stdin ends. moto ignores SAM's transform, computes no outputs of a stack that a change set
creates, sees changes where there are none, keeps holes in lists, and lacks types: see `moto_types`.
"""

import json
import sys
from typing import Any

import boto3
from moto.cloudformation import parsing
from moto.cloudformation.models import CloudFormationBackend, Stack
from moto.server import ThreadedMotoServer
from samtranslator.parser.parser import Parser  # type: ignore[import-untyped] # it has no types
from samtranslator.translator.translator import Translator  # type: ignore[import-untyped] # as above
from samtranslator.yaml_helper import yaml_parse  # type: ignore[import-untyped] # as above

from tests.template.moto_types import register


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


def _refresh_outputs(stack: Stack) -> None:
    stack._parse_template()
    stack.output_map = stack._create_output_map()


def main() -> None:
    port = int(sys.argv[1])
    register(port)
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
