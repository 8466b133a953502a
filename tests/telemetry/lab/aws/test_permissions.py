"""A run on Lambda calls what its policy allows of a twin, all of that, and nothing of another stack."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.docs import iam
from tests.docs.documents import DOCS
from tests.docs.recording import Call, recorded, recorder
from tests.lambda_api.conftest import QUICK
from tests.lambda_api.functions import Account
from tests.lambda_api.loopback import lambda_api
from tests.telemetry.lab.aws.twins import ROOT, Twin, command, event, make_twin

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

STACK = "tickets-measure"
TAGS = {"Measurable": "on"}
POLICY = json.loads(
    (DOCS / "policies" / "measure.json")
    .read_text(encoding="utf-8")
    .replace("ACCOUNT", iam.ACCOUNT)
    .replace("REGION", iam.REGION)
    .replace("STACK", STACK)
)


def run(twin: Twin, folder: Path, *arguments: str) -> None:
    env = {**twin.env(), **recorder(folder / "recorded")}
    env["PYTHONPATH"] = f"{env['PYTHONPATH']}:{ROOT}"
    done = subprocess.run(
        command(twin, *arguments), cwd=folder, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> list[Call]:
    """Those of a run with all init types, and of `--clean`."""
    folder = tmp_path_factory.mktemp("calls")
    (folder / "get.json").write_text(json.dumps(event()), encoding="utf-8")
    kinds = ("--init-type", "on-demand", "snap-start", "provisioned-concurrency")
    few = ("--environments", "1", "--invocations", "1", "--parallel", "1", "--event", "get.json")
    with lambda_api(QUICK) as endpoint:
        twin = make_twin(Account(endpoint), STACK)
        run(twin, folder, *kinds, *few, "--yes")
        run(twin, folder, "--clean")
    return recorded(folder / "recorded")


def resource(call: Call) -> str:
    """Return its ARN, with the name that CloudFormation would have given to the function."""
    found = iam.resource_of(call.service, call.arguments)
    return found.replace(f":function:{STACK}", f":function:{STACK}-Function-a1B2")


def bound(calls: list[Call]) -> list[Call]:
    """Return those that need a permission."""
    return [call for call in calls if call.action not in iam.UNRESTRICTED]


def allowed(call: Call, tags: dict[str, str]) -> bool:
    return iam.allows(POLICY, call.action, resource(call), iam.context_of(tags, call.arguments))


def test_policy_has_what_is_called_and_no_more(calls: list[Call]) -> None:
    actions = {action for statement in POLICY["Statement"] for action in statement["Action"]}
    assert {call.action for call in bound(calls)} == actions


def test_each_call_is_allowed_of_a_twin(calls: list[Call]) -> None:
    assert [call for call in bound(calls) if not allowed(call, TAGS)] == []


def test_no_call_is_allowed_of_another_stack(calls: list[Call]) -> None:
    assert [call for call in bound(calls) if allowed(call, {}) or allowed(call, {"Measurable": "off"})] == []
