"""CloudFormation's types that moto lacks, each by the call of the service that it stands for.

boto3 checks what the template says against the service's own model, and moto keeps it. Enough for a first
deployment, and for a release that follows it: of these, only a version and an alias change.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

import boto3
from moto.awslambda.models import LambdaVersion
from moto.core.common_models import CloudFormationModel

ENDPOINT = "http://localhost:{}"


class Made(NamedTuple):
    """What a `Ref` gives, and what `Fn::GetAtt` does."""

    ref: str
    attributes: dict[str, str]


Client: TypeAlias = Callable[[str], Any]
Make: TypeAlias = Callable[[Client, str, dict[str, Any]], Made]


def alarm(client: Client, name: str, properties: dict[str, Any]) -> Made:
    client("cloudwatch").put_metric_alarm(AlarmName=name, **properties)
    (found,) = client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return Made(name, {"Arn": found["AlarmArn"]})


def metric_filter(client: Client, name: str, properties: dict[str, Any]) -> Made:
    transformations = [
        {f"{key[0].lower()}{key[1:]}": value for key, value in transformation.items() if key != "Dimensions"}
        | {"dimensions": {pair["Key"]: pair["Value"] for pair in transformation["Dimensions"]}}
        for transformation in properties["MetricTransformations"]
    ]
    client("logs").put_metric_filter(
        logGroupName=properties["LogGroupName"],
        filterName=name,
        filterPattern=properties["FilterPattern"],
        metricTransformations=transformations,
    )
    return Made(name, {})


def alias(client: Client, name: str, properties: dict[str, Any]) -> Made:
    provisioned = properties.pop("ProvisionedConcurrencyConfig", None)
    made = client("lambda").create_alias(**properties)
    if provisioned:
        assert int(provisioned["ProvisionedConcurrentExecutions"]) > 0
    return Made(made["AliasArn"], {})


def lead_alias(client: Client, properties: dict[str, Any]) -> None:
    """Send requests to another version."""
    names = ("FunctionName", "Name", "FunctionVersion")
    client("lambda").update_alias(**{name: properties[name] for name in names})


def function_url(client: Client, name: str, properties: dict[str, Any]) -> Made:
    made = client("lambda").create_function_url_config(
        FunctionName=properties.pop("TargetFunctionArn"), **properties
    )
    return Made(made["FunctionArn"], {"FunctionUrl": made["FunctionUrl"]})


def api(client: Client, name: str, properties: dict[str, Any]) -> Made:
    (paths,) = properties["Body"]["paths"].values()
    integration = paths["x-amazon-apigateway-any-method"]["x-amazon-apigateway-integration"]
    made = client("apigatewayv2").create_api(Name=properties["Body"]["info"]["title"], ProtocolType="HTTP")
    target = client("apigatewayv2").create_integration(
        ApiId=made["ApiId"],
        IntegrationType="AWS_PROXY",
        IntegrationUri=integration["uri"],
        PayloadFormatVersion=integration["payloadFormatVersion"],
    )
    client("apigatewayv2").create_route(
        ApiId=made["ApiId"], RouteKey="$default", Target=f"integrations/{target['IntegrationId']}"
    )
    return Made(made["ApiId"], {"ApiEndpoint": made["ApiEndpoint"]})


def stage(client: Client, name: str, properties: dict[str, Any]) -> Made:
    properties["AutoDeploy"] = str(properties["AutoDeploy"]).lower() == "true"
    client("apigatewayv2").create_stage(**properties)
    return Made(properties["StageName"], {})


TYPES: dict[str, Make] = {
    "AWS::CloudWatch::Alarm": alarm,
    "AWS::Logs::MetricFilter": metric_filter,
    "AWS::Lambda::Alias": alias,
    "AWS::Lambda::Url": function_url,
    "AWS::ApiGatewayV2::Api": api,
    "AWS::ApiGatewayV2::Stage": stage,
}


def register(port: int) -> None:
    """Teach moto the types; has to come before its first stack, for it lists the types only once."""
    declared = [_declare(kind, make, ENDPOINT.format(port)) for kind, make in TYPES.items()]

    def version_attribute(version: LambdaVersion, name: str) -> str:
        assert name == "Version"
        return str(version.version)

    def publish(properties: dict[str, Any]) -> LambdaVersion:
        connect: Any = boto3.Session().client
        made = connect("lambda", endpoint_url=ENDPOINT.format(port)).publish_version(**properties)
        version: LambdaVersion = taught({"Version": made["Version"]})
        return version

    def create(_: Any, /, name: str, cloudformation_json: Any, *more: Any, **named: Any) -> LambdaVersion:
        return publish(cloudformation_json["Properties"])

    def replace(_: Any, /, cloudformation_json: Any, **named: Any) -> LambdaVersion:
        """Publish a new one; the old one stays, as UpdateReplacePolicy says."""
        return publish(cloudformation_json["Properties"])

    taught: Any = LambdaVersion
    taught.create_from_cloudformation_json = classmethod(create)
    taught.update_from_cloudformation_json = classmethod(replace)
    taught.get_cfn_attribute = version_attribute
    taught.declared_beside = declared  # a class knows its subclasses only as long as somebody else does


def _connected(region: str, endpoint: str) -> Client:
    session = boto3.Session(region_name=region)

    def client(service: str) -> Any:
        connect: Any = session.client
        return connect(service, endpoint_url=endpoint)

    return client


def _declare(kind: str, make: Make, endpoint: str) -> type[CloudFormationModel]:
    class Resource(CloudFormationModel):  # directly, for moto looks no further down
        def __init__(self, made: Made) -> None:
            self.physical_resource_id = made.ref
            self._attributes = made.attributes

        @staticmethod
        def cloudformation_name_type() -> str:
            return ""

        @staticmethod
        def cloudformation_type() -> str:
            return kind

        @classmethod
        def has_cfn_attr(cls, attr: str) -> bool:  # noqa: ARG003 - moto's signature, as below
            return True

        @classmethod
        def create_from_cloudformation_json(
            cls,
            resource_name: str,
            cloudformation_json: Any,
            account_id: str,  # noqa: ARG003
            region_name: str,
            **kwargs: Any,  # noqa: ARG003
        ) -> "Resource":
            return cls(
                make(
                    _connected(region_name, endpoint), resource_name, dict(cloudformation_json["Properties"])
                )
            )

        @classmethod
        def update_from_cloudformation_json(
            cls,
            original_resource: "Resource",
            new_resource_name: str,  # noqa: ARG003
            cloudformation_json: Any,
            account_id: str,  # noqa: ARG003
            region_name: str,
        ) -> "Resource":
            if kind == "AWS::Lambda::Alias":
                lead_alias(_connected(region_name, endpoint), cloudformation_json["Properties"])
            return original_resource

        def get_cfn_attribute(self, name: str) -> str:
            return self._attributes[name]

        def is_created(self) -> bool:
            return True

    return Resource
