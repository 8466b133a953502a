import json
import re
import tomllib
from typing import Any

import pytest

from telemetry.schema import ERROR, FAILURE, INVOCATION, PING, PLACEMENT, RECORD, SERVICE, STATUS
from telemetry.settings import Settings
from tests import tickets_table
from tests.combinations import SECRET
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
    # Encrypted all the same; with this, by a key of KMS, which bills each call.
    assert "SSESpecification" not in table["Properties"]


def granted(policy: dict[str, Any]) -> list[tuple[str, Any]]:
    """Return what a policy allows, as pairs of action and resource."""
    statements = policy["PolicyDocument"]["Statement"]
    return [(action, statement["Resource"]) for statement in statements for action in statement["Action"]]


@pytest.mark.parametrize("suffix", ["", "-AbCdEf"])
def test_secret_may_be_named_with_or_without_its_suffix(suffix: str) -> None:
    """IAM compares with the whole ARN, which ends in a hyphen and six characters."""
    given = SECRET.removesuffix("-AbCdEf") + suffix
    rendering = Rendering(OtlpEndpoint="https://otlp.example.com", OtlpHeadersArn=given)
    policies = filled_in(
        rendering.template()["Resources"]["FunctionRole"]["Properties"]["Policies"], rendering.parameters.get
    )
    (policy,) = [one["PolicyDocument"] for one in policies if one["PolicyName"] == "read-otlp-headers"]

    assert allowed(policy, "secretsmanager:GetSecretValue", SECRET)
    assert not allowed(policy, "secretsmanager:GetSecretValue", SECRET.replace("otlp", "other"))
    assert not allowed(policy, "secretsmanager:GetSecretValue", SECRET.replace("otlp-", "otlp-more-"))


def test_parameter_of_parameter_store_is_named_whole() -> None:
    arn = "arn:aws:ssm:eu-west-1:123456789012:parameter/otlp"
    rendering = Rendering(OtlpEndpoint="https://otlp.example.com", OtlpHeadersArn=arn)
    policies = filled_in(
        rendering.template()["Resources"]["FunctionRole"]["Properties"]["Policies"], rendering.parameters.get
    )
    (policy,) = [one["PolicyDocument"] for one in policies if one["PolicyName"] == "read-otlp-headers"]

    assert allowed(policy, "ssm:GetParameter", arn)
    assert not allowed(policy, "ssm:GetParameter", f"{arn}-AbCdEf")


def allowed(policy: dict[str, Any], action: str, resource: str) -> bool:
    """Compare as IAM does: `*` is any text, `?` any one character."""
    for statement in policy["Statement"]:
        named = statement["Resource"]
        patterns = [
            re.escape(text).replace(r"\*", ".*").replace(r"\?", ".")
            for text in (named if isinstance(named, list) else [named])
        ]
        if action in statement["Action"] and any(re.fullmatch(pattern, resource) for pattern in patterns):
            return True
    return False


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
        ("ssm:GetParameter", {"Ref": "OtlpHeadersArn"}),
        (
            "secretsmanager:GetSecretValue",
            [{"Ref": "OtlpHeadersArn"}, {"Fn::Sub": "${OtlpHeadersArn}-??????"}],
        ),
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


DOORS = ("Api", "ApiPermission", "FunctionUrl", "UrlPermission", "UrlInvokePermission")


@pytest.mark.parametrize("endpoint", ["http-api", "function-url", "function-url-iam"])
@pytest.mark.parametrize("change", [{"SnapStart": "on"}, {"ProvisionedConcurrency": "3"}], ids=str)
def test_door_stays_when_starts_change(endpoint: str, change: dict[str, str]) -> None:
    """A door that moved would lead to what may not be called yet; a function URL would change its host."""

    def doors(**more: str) -> dict[str, Any]:
        present = Rendering(Endpoint=endpoint, ReleaseId="0123", **more).template()["Resources"]
        return {name: present[name] for name in DOORS if name in present}

    assert doors(**change) == doors()
    assert {"Ref": "Alias"} in references(doors())


def references(node: Any) -> list[Any]:
    """All references in a part of the template."""
    if isinstance(node, list):
        return [found for value in node for found in references(value)]
    if not isinstance(node, dict):
        return []
    return [node] if "Ref" in node else references(list(node.values()))


def test_version_before_is_kept(template: dict[str, Any]) -> None:
    """CloudFormation leaves the version that it replaces, and deletes the last one with the stack."""
    version = template["Resources"]["Version"]
    assert (version["UpdateReplacePolicy"], version["DeletionPolicy"]) == ("Retain", "Delete")


def test_rollback_names_the_version() -> None:
    present = Rendering(LiveVersion="7", ReleaseId="0123").template()["Resources"]
    assert present["Alias"]["Properties"]["FunctionVersion"] == {"Ref": "LiveVersion"}


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


def test_by_default_no_environment_is_kept_started() -> None:
    present = Rendering(ReleaseId="0123").template()["Resources"]

    assert present["Alias"]["Properties"].keys() == {"Name", "FunctionName", "FunctionVersion"}
    assert {"Ref": "Alias"} in on_the_way(present["Api"])


def test_limits_only_when_asked() -> None:
    plain, limited = (
        Rendering(ReleaseId="0123", **more).template()["Resources"]
        for more in ({}, {"ThrottleRate": "50", "ReservedConcurrency": "20"})
    )
    assert "DefaultRouteSettings" not in plain["Api"]["Properties"]
    assert "ReservedConcurrentExecutions" not in plain["Function"]["Properties"]
    assert limited["Api"]["Properties"]["DefaultRouteSettings"] == {
        "ThrottlingRateLimit": {"Ref": "ThrottleRate"},
        "ThrottlingBurstLimit": {"Ref": "ThrottleRate"},
    }
    assert limited["Function"]["Properties"]["ReservedConcurrentExecutions"] == {"Ref": "ReservedConcurrency"}


def test_twin_has_a_limit_and_is_otherwise_the_same() -> None:
    plain, twin, limited = (
        Rendering(ReleaseId="0123", **more).template()
        for more in ({}, {"Measurable": "on"}, {"Measurable": "on", "ReservedConcurrency": "20"})
    )
    function = twin["Resources"]["Function"]["Properties"]
    assert function.pop("ReservedConcurrentExecutions") == 10
    assert twin == plain
    of_limited = limited["Resources"]["Function"]["Properties"]
    assert of_limited["ReservedConcurrentExecutions"] == {"Ref": "ReservedConcurrency"}


def test_only_the_twin_is_one(samconfig: dict[str, Any]) -> None:
    """It has parameter and tag, and its door is shut; nothing else has either."""
    for name in ("default", "prod", "measure"):
        deploy = samconfig[name]["deploy"]["parameters"]
        words = {*deploy["parameter_overrides"], *deploy["tags"].split()}
        assert ("Measurable=on" in deploy["parameter_overrides"]) == (name == "measure")
        assert ("Measurable=on" in deploy["tags"].split()) == (name == "measure")
        assert ("Endpoint=function-url-iam" in words) == (name == "measure")


def test_access_log_has_nothing_of_the_caller() -> None:
    present = Rendering(ReleaseId="0123", AccessLog="on").template()["Resources"]
    logged = json.loads(present["Api"]["Properties"]["AccessLogSettings"]["Format"])

    assert {"request_id", "status", "latency_ms"} <= logged.keys()
    callers = ("path", "routeKey", "query", "header", "identity", "authorizer", "domainName", "protocol")
    assert not [value for value in logged.values() if any(word in value for word in callers)]
    assert present["AccessLogGroup"]["Properties"]["RetentionInDays"] == {"Ref": "LogRetentionDays"}
    assert "AccessLogGroup" not in Rendering(ReleaseId="0123").template()["Resources"]


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


@pytest.mark.parametrize("environment", ["default", "prod", "measure"])
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
    environments = [samconfig[name] for name in ("default", "prod", "measure")]

    assert len({one["global"]["parameters"]["stack_name"] for one in environments}) == len(environments)
    assert len({service_of(one) for one in environments}) == len(environments)


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
    where, python, *words = report.split()
    assert (where, python) == ("AWS_DEFAULT_REGION=${AWS::Region}", ".venv/bin/python")
    assert words[:4] == ["-m", "telemetry.report", "--stack", "${AWS::StackName}"]
