"""The stack in moto: SAM's own translator, then CloudFormation as far as moto knows its types."""

import json
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final

import boto3
from moto.cloudformation.parsing import get_model_map
from samtranslator.parser.parser import Parser  # type: ignore[import-untyped] # it has no types
from samtranslator.translator.translator import Translator  # type: ignore[import-untyped] # as above

from tests.rendering import Rendering, filled_in

REGION: Final = "eu-west-1"
STACK: Final = "tickets"
CODE: Final = "s3://bucket/artifact.zip"


@dataclass(frozen=True, slots=True)
class Deployment:
    """What can be read back of a created stack."""

    function: dict[str, Any]
    """Lambda's configuration of the function."""
    dashboard: dict[str, Any]
    table: str
    log_group: str

    @property
    def environment(self) -> dict[str, str]:
        """The function's environment variables."""
        variables: dict[str, str] = self.function["Environment"]["Variables"]
        return variables


def translated(rendering: Rendering) -> dict[str, Any]:
    """Return the template as SAM's transform hands it to CloudFormation."""
    template = deepcopy(rendering.template())
    template["Resources"]["Function"]["Properties"]["CodeUri"] = CODE
    translator = Translator({}, Parser(), boto_session=boto3.Session(region_name=REGION))
    plain: dict[str, Any] = translator.translate(template, dict(rendering.parameters))
    translator.metrics.publish()  # to nobody; else it complains as it goes
    return plain


def deploy(rendering: Rendering) -> Deployment:
    """Create the stack and read it back; moto has to be in force."""
    session = boto3.Session(region_name=REGION)
    session.client("s3").create_bucket(
        Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    session.client("s3").put_object(Bucket="bucket", Key="artifact.zip", Body=b"")
    cloudformation = session.client("cloudformation")
    cloudformation.create_stack(
        StackName=STACK,
        TemplateBody=json.dumps(_known_to_moto(translated(rendering), rendering)),
        Capabilities=["CAPABILITY_IAM"],
    )
    found = cloudformation.describe_stack_resources(StackName=STACK)["StackResources"]
    ids = {resource["LogicalResourceId"]: resource.get("PhysicalResourceId", "") for resource in found}
    function = session.client("lambda").get_function_configuration(FunctionName=ids["Function"])
    dashboard = session.client("cloudwatch").get_dashboard(DashboardName=ids["Dashboard"])
    return Deployment(function, json.loads(dashboard["DashboardBody"]), ids["TicketsTable"], ids["LogGroup"])


def _known_to_moto(template: dict[str, Any], rendering: Rendering) -> dict[str, Any]:
    """Leave out types that moto does not know; their ids and ARNs become their names."""
    resources = template["Resources"]
    # A permission is for the alias, which is one of those that moto does not know.
    types = set(get_model_map()) - {"AWS::Lambda::Permission"}
    known = {name: resource for name, resource in resources.items() if resource["Type"] in types}

    def value_of(reference: str) -> str | None:
        name = reference.partition(".")[0]
        if name in known or name.startswith("AWS::"):
            return None
        return rendering.parameters.get(name, name)

    return {"Resources": filled_in(known, value_of)}
