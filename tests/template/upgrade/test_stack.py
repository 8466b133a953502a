"""What the first deployment after the update does to a stack, by CloudFormation's own schemas."""

import json
from typing import Any, Final

import pytest
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER  # type: ignore[import-untyped] # it has no types

from tests.docs.documents import text
from tests.template.upgrade.team import Project
from tests.template.upgrade.test_names import told

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

RESOURCES: Final = """
import json
from tests.deployment import translated
from tests.rendering import Rendering
print(json.dumps(translated(Rendering(ReleaseId="0123", **{}))["Resources"]))
"""
URL: Final = {"FunctionUrl", "UrlPermission", "UrlInvokePermission"}


def replaced(before: dict[str, Any], now: dict[str, Any]) -> set[str]:
    """The resources of both that CloudFormation can only change by making new ones."""
    found = set()
    for name in before.keys() & now.keys():
        kind = before[name]["Type"]
        schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("eu-west-1", kind).schema
        only = {path.split("/")[2] for path in schema.get("createOnlyProperties", ())}
        old, new = (resource[name].get("Properties", {}) for resource in (before, now))
        if kind != now[name]["Type"] or any(old.get(key) != new.get(key) for key in only):
            found.add(name)
    return found


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({}, {"ApiPermission"}),
        ({"Endpoint": "function-url"}, URL),
        ({"Endpoint": "function-url-iam"}, {"FunctionUrl"}),
        ({"SnapStart": "on"}, set()),
        ({"ProvisionedConcurrency": "2", "Endpoint": "function-url"}, set()),
    ],
    ids=["as before", "function URL", "function URL with IAM", "SnapStart", "provisioned"],
)
def test_a4_existing_stack_keeps_all_but_its_way_in(
    parameters: dict[str, str], expected: set[str], generated: Project, baked: Any
) -> None:
    """A version is replaced by each deployment anyway: its description is the release's id."""
    program = RESOURCES.format(json.dumps(parameters))
    before, now = (told(folder, program) for folder in (generated.folder, baked))
    assert replaced(before, now) == expected
    assert {"TicketsTable", "LogGroup", "Function"} <= before.keys() & now.keys()
    if expected & {"FunctionUrl"}:
        assert "**A function URL changes its host name, once.**" in text("upgrade")
