"""Teaches moto's functions what it drops of a configuration, and what AWS hands on from a stack."""

import math
from typing import Any

from moto.awslambda.models import LambdaFunction
from moto.cloudformation.models import ChangeSet
from moto.cloudformation.parsing import ResourceMap
from moto.logs.models import LogGroup, logs_backends

from tests.lambda_api.delays import Delays
from tests.lambda_api.state import Function, State, log_settings, state_of


def teach_model(delays: Delays) -> None:
    """Keep logging, SnapStart, tracing and storage; show states and revisions."""
    model: Any = LambdaFunction
    construct, update, describe = model.__init__, model.update_configuration, model.get_configuration

    def constructed(function: Function, *arguments: Any, **named: Any) -> None:
        construct(function, *arguments, **named)
        spec = named["spec"] if "spec" in named else arguments[1]
        function.loopback_state = State(delays)
        _keep(function, spec)

    def update_configuration(function: Function, updates: dict[str, Any]) -> dict[str, Any]:
        # moto takes an Environment for one that has variables.
        known = {name: value for name, value in updates.items() if name != "Environment"}
        update(function, known)
        _keep(function, updates)
        found: dict[str, Any] = function.get_configuration()
        return found

    def get_configuration(function: Function, *, on_create: bool = False) -> dict[str, Any]:
        state = state_of(function)
        state.settle()
        found: dict[str, Any] = describe(function, on_create)
        found |= state.fields()
        found |= {"MemorySize": int(function.memory_size), "Timeout": int(function.timeout)}
        if not state.version:
            found["Version"] = "$LATEST"
        if on_create:
            del found["LastUpdateStatus"]
        return found

    model.__init__ = constructed
    model.update_configuration = update_configuration
    model.get_configuration = get_configuration


def _keep(function: Function, given: dict[str, Any]) -> None:
    """Keep what moto drops."""
    state = state_of(function)
    if "Environment" in given:  # numbers of a template, too, are strings there
        variables = (given["Environment"] or {}).get("Variables") or {}
        function.environment_vars = {name: str(value) for name, value in variables.items()}
    if given.get("LoggingConfig"):
        state.logging = log_settings(given["LoggingConfig"])
    if given.get("SnapStart"):
        state.apply_on = given["SnapStart"]["ApplyOn"]
    if given.get("TracingConfig"):
        function.tracing_config = given["TracingConfig"]
    if given.get("EphemeralStorage"):
        function.ephemeral_storage = int(given["EphemeralStorage"]["Size"])
    if given.get("Architectures"):
        function.architectures = given["Architectures"]


def teach_cloudformation() -> None:
    """Let functions of a stack have all their properties and its tags, as soon as they are there."""
    model: Any = LambdaFunction
    create, update = model.create_from_cloudformation_json, model.update_from_cloudformation_json

    def created(_: Any, /, *arguments: Any, **named: Any) -> Function:
        function = create(*arguments, **named)
        properties = named.get("cloudformation_json") or arguments[1]
        _complete(function, properties["Properties"])
        return function

    def updated(_: Any, /, *arguments: Any, **named: Any) -> Function:
        function = update(*arguments, **named)
        properties = named.get("cloudformation_json") or arguments[2]
        state_of(function).revise()
        _complete(function, properties["Properties"])
        return function

    model.create_from_cloudformation_json = classmethod(created)
    model.update_from_cloudformation_json = classmethod(updated)
    _teach_stack_tags()


def _complete(function: Function, properties: dict[str, Any]) -> None:
    function.update_configuration(properties)
    reserved = properties.get("ReservedConcurrentExecutions")
    function.reserved_concurrency = None if reserved is None else int(reserved)
    # What others have tagged it with stays, as CloudFormation leaves it.
    function.tags.update({pair["Key"]: str(pair["Value"]) for pair in properties.get("Tags") or []})
    state = state_of(function)
    state.made_at = state.update_began = -math.inf
    state.settle()


def _teach_stack_tags() -> None:
    """Put a stack's tags on its functions and log groups, as AWS puts them on all that can have any."""
    resources: Any = ResourceMap
    create, update = resources.create, resources.update

    def created(stack: Any, *arguments: Any, **named: Any) -> Any:
        done = create(stack, *arguments, **named)
        _tag(stack)
        return done

    def updated(stack: Any, *arguments: Any, **named: Any) -> Any:
        done = update(stack, *arguments, **named)
        _tag(stack)
        return done

    resources.create, resources.update = created, updated
    _teach_changed_tags()


def _teach_changed_tags() -> None:
    """Let a change set bring the tags of a stack; moto leaves those that it was made with."""
    changes: Any = ChangeSet
    apply = changes.apply

    def applied(change: Any) -> None:
        if change.tags is not None:
            change.stack.tags = dict(change.tags)
            change.stack.resource_map.tags.update(change.tags)
        apply(change)

    changes.apply = applied


def _tag(stack: Any) -> None:
    tags = {name: value for name, value in stack.tags.items() if name != "aws:cloudformation:logical-id"}
    for logical_id, resource in list(stack._parsed_resources.items()):
        own = {**tags, "aws:cloudformation:logical-id": logical_id}
        if isinstance(resource, LambdaFunction):
            resource.tags.update(own)
        elif isinstance(resource, LogGroup):
            logs_backends[resource.account_id][resource.region].tag_resource(resource.arn, own)
