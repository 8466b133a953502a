import tomllib
from typing import Any

import pytest

from telemetry.schema import ERROR, FAILURE, INVOCATION, PING, PLACEMENT, RECORD, SERVICE, STATUS
from telemetry.settings import Settings
from tests import tickets_table
from tests.rendering import Rendering, filled_in
from tests.stack import TEMPLATE, load_template


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    return load_template()


@pytest.fixture(scope="module")
def resources(template: dict[str, Any]) -> dict[str, Any]:
    return {name: resource["Properties"] for name, resource in template["Resources"].items()}


@pytest.fixture(scope="module")
def samconfig() -> dict[str, Any]:
    content = (TEMPLATE.parent / "samconfig.toml").read_text(encoding="utf-8")
    config: dict[str, Any] = tomllib.loads(content)
    return config


def test_local_table_is_same(resources: dict[str, Any]) -> None:
    local = tickets_table.definition()

    for key in ("KeySchema", "AttributeDefinitions", "BillingMode"):
        assert local[key] == resources["TicketsTable"][key]


def test_table_is_protected(template: dict[str, Any]) -> None:
    table = template["Resources"]["TicketsTable"]

    assert table["DeletionPolicy"] == "RetainExceptOnCreate"
    assert table["UpdateReplacePolicy"] == "Retain"
    assert table["Properties"]["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["Properties"]["SSESpecification"] == {"SSEEnabled": True}


def granted(policy: dict[str, Any]) -> list[tuple[str, Any]]:
    """Return what a policy allows, as pairs of action and resource."""
    statements = policy["PolicyDocument"]["Statement"]
    return [(action, statement["Resource"]) for statement in statements for action in statement["Action"]]


def test_function_may_only(resources: dict[str, Any]) -> None:
    logs, tickets, spans, headers = resources["FunctionRole"]["Policies"]
    conditions = [policy["Fn::If"][0] for policy in (spans, headers)]
    spans, headers = (policy["Fn::If"][1] for policy in (spans, headers))

    assert granted(logs) == [
        ("logs:CreateLogStream", {"Fn::GetAtt": ["LogGroup", "Arn"]}),
        ("logs:PutLogEvents", {"Fn::GetAtt": ["LogGroup", "Arn"]}),
    ]
    assert granted(tickets) == [
        ("dynamodb:GetItem", {"Fn::GetAtt": ["TicketsTable", "Arn"]}),
        ("dynamodb:PutItem", {"Fn::GetAtt": ["TicketsTable", "Arn"]}),
    ]
    assert conditions == ["TracingOn", "OtlpHeadersGiven"]
    assert granted(spans) == [("xray:PutTraceSegments", "*"), ("xray:PutTelemetryRecords", "*")]
    assert granted(headers) == [
        ("secretsmanager:GetSecretValue", {"Ref": "OtlpHeadersArn"}),
        ("ssm:GetParameter", {"Ref": "OtlpHeadersArn"}),
    ]


def test_by_default_no_wildcard() -> None:
    policies = Rendering().template()["Resources"]["FunctionRole"]["Properties"]["Policies"]

    assert [policy["PolicyName"] for policy in policies] == ["write-logs", "keep-tickets"]
    assert "*" not in [resource for policy in policies for _, resource in granted(policy)]


def test_only_this_api_may_call(resources: dict[str, Any]) -> None:
    assert resources["ApiPermission"]["Principal"] == "apigateway.amazonaws.com"
    assert resources["ApiPermission"]["SourceArn"]["Fn::Sub"].endswith(":${Api}/*/*")


@pytest.mark.parametrize(("endpoint", "permissions"), [("function-url", 2), ("function-url-iam", 0)])
def test_url_is_as_open_as_told(endpoint: str, permissions: int) -> None:
    present = Rendering(Endpoint=endpoint).template()["Resources"]

    kinds = [resource["Type"] for resource in present.values()]
    assert kinds.count("AWS::Lambda::Permission") == permissions
    assert present["FunctionUrl"]["Properties"]["AuthType"] == ("NONE" if permissions else "AWS_IAM")
    assert not {"Api", "ApiPermission"} & present.keys()


def test_requests_go_to_the_version() -> None:
    present = Rendering(ProvisionedConcurrency="3", ReleaseId="0123").template()["Resources"]
    alias = {"Ref": "Alias"}

    assert present["ApiPermission"]["Properties"]["FunctionName"] == alias
    assert alias in on_the_way(present["Api"])
    assert present["Alias"]["Properties"] == {
        "Name": "live",
        "FunctionName": {"Ref": "Function"},
        "FunctionVersion": {"Fn::GetAtt": ["Version", "Version"]},
        "ProvisionedConcurrencyConfig": {
            "ProvisionedConcurrentExecutions": {"Ref": "ProvisionedConcurrency"}
        },
    }


def test_by_default_no_version() -> None:
    present = Rendering().template()["Resources"]

    assert not {"Version", "Alias"} & present.keys()
    assert {"Fn::GetAtt": ["Function", "Arn"]} in on_the_way(present["Api"])


def on_the_way(api: dict[str, Any]) -> list[Any]:
    """Return what the API's address of the function is made of."""
    route = api["Properties"]["DefinitionBody"]["paths"]["$default"]["x-amazon-apigateway-any-method"]
    _, variables = route["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]
    return list(variables.values())


def test_spans_only_when_asked() -> None:
    """Lambda may set the daemon's address all the same."""
    daemon = {"AWS_XRAY_DAEMON_ADDRESS": "169.254.79.129:2000"}

    def settings(**parameters: str) -> Settings:
        rendering = Rendering(**parameters)
        variables = rendering.template()["Resources"]["Function"]["Properties"]["Environment"]["Variables"]
        known = filled_in(variables, lambda name: rendering.parameters.get(name, name))
        return Settings.from_env(daemon | known)

    assert settings().daemon is None
    assert settings(OtlpEndpoint="https://otlp.example.com").endpoint is not None
    assert settings(Tracing="on", TraceSampleRatio="0.25").daemon is not None
    assert settings(Tracing="on", TraceSampleRatio="0.25").trace_ratio == 0.25
    assert (settings().trace_callers, settings(TraceCallers="off").trace_callers) == (True, False)
    assert settings().ignored == settings(TraceCallers="off").ignored == ()


def test_records_reach_logs(resources: dict[str, Any]) -> None:
    assert resources["Function"]["LoggingConfig"] == {
        "LogGroup": {"Ref": "LogGroup"},
        "LogFormat": "JSON",
        "ApplicationLogLevel": "INFO",
        "SystemLogLevel": "INFO",
    }


@pytest.mark.parametrize("environment", ["default", "prod"])
def test_build_and_deploy_agree(
    template: dict[str, Any], samconfig: dict[str, Any], environment: str
) -> None:
    build, deploy = (
        samconfig[environment][command]["parameters"]["parameter_overrides"]
        for command in ("build", "deploy")
    )

    assert build == deploy
    assert {override.partition("=")[0] for override in build} <= template["Parameters"].keys()


def test_environments_keep_apart(samconfig: dict[str, Any]) -> None:
    default, prod = (samconfig[name] for name in ("default", "prod"))

    assert default["global"]["parameters"]["stack_name"] != prod["global"]["parameters"]["stack_name"]
    assert service_of(default) != service_of(prod)


def service_of(environment: dict[str, Any]) -> str:
    overrides = environment["deploy"]["parameters"]["parameter_overrides"]
    (service,) = [override for override in overrides if override.startswith("ServiceName=")]
    name: str = service
    return name


def test_failures_are_counted_by_arm(resources: dict[str, Any]) -> None:
    counted = resources["FailedRequests"]
    (transformation,) = counted["MetricTransformations"]
    failed = f'($.{RECORD} = "{INVOCATION}" && $.{PING} NOT EXISTS && ($.{STATUS} >= 500 || $.{ERROR} = "*"))'

    assert counted["FilterPattern"].strip() == f'{{ {failed} || $.{RECORD} = "{FAILURE}" }}'
    assert {pair["Key"]: pair["Value"] for pair in transformation["Dimensions"]} == {
        SERVICE: f"$.{SERVICE}",
        PLACEMENT: f"$.{PLACEMENT}",
    }
    assert transformation["MetricNamespace"] == {"Ref": "MetricsNamespace"}
    assert transformation["MetricName"] == "FailedRequests"


def test_outputs_lead_on(template: dict[str, Any]) -> None:
    assert template["Outputs"].keys() == {"Url", "Dashboard", "Report", "FunctionName", "LogGroup"}
    report = template["Outputs"]["Report"]["Value"]["Fn::Sub"]
    assert report.startswith("python -m telemetry.report --stack ${AWS::StackName}")
