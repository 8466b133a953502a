"""`make deploy` of a generated project, against an AWS on loopback.

What this cannot show, for moto does not do it: rules, whether Lambda runs the code,
what IAM allows, metrics and alarms of real data, log queries, SnapStart, provisioned concurrency, X-Ray.
"""

import json
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.template.building import THIS, building, lab_python, run
from tests.template.interpreters import interpreter
from tests.template.loopback_aws import CREDENTIALS, REGION, Account, loopback_aws

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

STACK = "support-tickets"
MORE = ('"ProvisionedConcurrency=2"', '"Experiment=init=50,first_invocation=50"')


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with loopback_aws(tmp_path_factory.mktemp("aws") / "requests") as endpoint:
        yield endpoint


@pytest.fixture(scope="module")
def env(aws: str, home: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    stamp = tmp_path_factory.mktemp("stamp") / "installed"
    return {**building(home, stamp, "python3.13"), **CREDENTIALS, "AWS_ENDPOINT_URL": aws}


@pytest.fixture(scope="module")
def project(baked: Path, env: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = Path(shutil.copytree(baked, tmp_path_factory.mktemp("deploy") / STACK))
    config = folder / "samconfig.toml"
    text = config.read_text(encoding="utf-8").replace("Architecture=arm64", f"Architecture={THIS}")
    default, prod, rest = text.partition("[prod.global.parameters]")
    # `prod` has everything else that moto can show: a published version, an experiment.
    rest = rest.replace('"LogRetentionDays=90",', f'"LogRetentionDays=90",\n    {", ".join(MORE)},')
    config.write_text(default + prod + rest, encoding="utf-8")
    Path(env["MAKEFLAGS"].rpartition("DEVELOPS=")[2]).touch()
    yield folder
    shutil.rmtree(folder)


def deploy(project: Path, env: dict[str, str], sam: Path, *arguments: str) -> str:
    return run("make", "deploy", f"SAM={sam}", *arguments, cwd=project, env=env)


@pytest.fixture(scope="module")
def deployed(project: Path, env: dict[str, str], sam: Path) -> str:
    """What `make deploy` says the first time."""
    return deploy(project, env, sam, "FLAGS=--no-confirm-changeset")


def test_stack_is_complete(deployed: str, aws: str) -> None:
    account = Account(aws, STACK)
    assert "Successfully created/updated stack" in deployed
    assert account.status == "CREATE_COMPLETE"
    assert re.fullmatch("[0-9a-f]{12}", account.parameters["ReleaseId"])
    assert account.outputs["Url"].startswith("https://")
    assert account.outputs["Dashboard"].endswith(f"#dashboards/dashboard/{STACK}")
    command = f".venv/bin/python -m telemetry.report --stack {STACK} --since 7d"
    assert account.outputs["Report"] == f"AWS_DEFAULT_REGION={REGION} {command}"
    assert account.outputs["LogGroup"] == f"/aws/lambda/{STACK}"
    assert len(account.alarms()) == 8


def test_function_is_what_was_built(deployed: str, aws: str) -> None:
    function = Account(aws, STACK).function()
    assert (function["Runtime"], function["MemorySize"], function["Timeout"]) == ("python3.13", 1024, 30)
    assert function["Handler"] == "service.handler.handler"
    assert 5_000_000 < function["CodeSize"] < 50_000_000
    account = Account(aws, STACK)
    assert account.integration().endswith(f"{account.alias()['AliasArn']}/invocations")


def test_second_time_nothing_changes(deployed: str, project: Path, env: dict[str, str], sam: Path) -> None:
    again = deploy(project, env, sam, "FLAGS=--no-confirm-changeset --no-fail-on-empty-changeset")
    assert "No changes to deploy" in again


def test_dashboard_tells_of_the_artifact(
    deployed: str, aws: str, project: Path, baked: Path, tmp_path: Path
) -> None:
    """The artifact that was deployed, in the lab, with the environment variables that the stack gives it."""
    command = interpreter("python3.13")
    if command is None:
        pytest.skip("no python3.13 on this machine to run the artifact")
    account, records, dashboard = Account(aws, STACK), tmp_path / "records.jsonl", tmp_path / "dashboard.json"
    dashboard.write_text(account.dashboard(STACK), encoding="utf-8")
    variables = account.function()["Environment"]["Variables"]
    table = json.loads((project / "events/tickets-table.json").read_text(encoding="utf-8"))
    definition = tmp_path / "table.json"
    definition.write_text(json.dumps({**table, "TableName": variables["TICKETS_TABLE"]}), encoding="utf-8")
    own = {name: value for name, value in variables.items() if name != "LIFESPAN_PLACEMENT"}
    plain = {"PATH": "/usr/bin:/bin"}

    run(
        *(lab_python(command, baked, tmp_path / "venv"), "-m", "telemetry.lab"),
        *("--artifact", ".aws-sam/build/Function", "--out", records, "--table", definition),
        *("--environments", "2", "--invocations", "3", "--env", *(f"{k}={v}" for k, v in own.items())),
        *("--event", "events/create-ticket.json", "events/read-ticket.json", "events/export-ticket.json"),
        cwd=project,
        env=plain,
    )
    said = run(sys.executable, "-m", "tests.plotted", dashboard, records, cwd=project, env=plain)

    assert said.startswith("7 series plotted")
    assert variables["LIFESPAN_PLACEMENT"] == "init"
    asked = set().union(*map(fields, queries(json.loads(dashboard.read_text(encoding="utf-8")))))
    assert asked - known_fields(records) <= NOT_IN_A_GOOD_RUN


NOT_IN_A_GOOD_RUN = {"level", "error", "record.metrics.restoreDurationMs"}
"""Fields of warnings, failures and snapshots; on a busy machine INIT may take so long that it warns."""
WORDS = {
    "SOURCE",
    "filter",
    "fields",
    "stats",
    "sort",
    "limit",
    "display",
    "desc",
    "by",
    "as",
    "in",
    "or",
    "and",
}


def queries(dashboard: dict[str, Any]) -> list[str]:
    return [widget["properties"]["query"] for widget in dashboard["widgets"] if widget["type"] == "log"]


def fields(query: str) -> set[str]:
    """The fields of the log that a query names."""
    bare = re.sub(r"'[^']*'|\"[^\"]*\"", "", query)
    functions = set(re.findall(r"(\w+)\(", bare))
    made = set(re.findall(r" as (\w+)", bare))
    names = set(re.findall(r"(?<![\w@.])[A-Za-z][\w.]*", bare))
    return names - functions - made - WORDS


def known_fields(records: Path) -> set[str]:
    lines = records.read_text(encoding="utf-8").splitlines()
    return set().union(*(paths(json.loads(line)) for line in lines if line.startswith("{")))


def paths(node: Any, prefix: str = "") -> set[str]:
    if not isinstance(node, dict):
        return {prefix}
    return {prefix}.union(*(paths(value, f"{prefix}.{key}".strip(".")) for key, value in node.items()))


def test_published_version(deployed: str, project: Path, env: dict[str, str], sam: Path, aws: str) -> None:
    stack = f"{STACK}-prod"
    deploy(project, env, sam, "CONFIG_ENV=prod")
    account = Account(aws, stack)
    function, release = account.function(), account.parameters["ReleaseId"]

    assert release != Account(aws, STACK).parameters["ReleaseId"]
    assert function["Description"] == f"Release {release}"
    assert function["Environment"]["Variables"]["LIFESPAN_EXPERIMENT"] == "init=50,first_invocation=50"
    assert account.alias()["FunctionVersion"] == "1"
    assert account.integration().endswith(f"{account.alias()['AliasArn']}/invocations")
    assert len(account.alarms()) == 8 + 8 + 3
    titles = [widget["properties"].get("title") for widget in json.loads(account.dashboard(stack))["widgets"]]
    assert "Alarms of the arms" in titles
