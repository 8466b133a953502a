"""What an update of the stack does to the ways in, by CloudFormation's own schemas."""

from typing import Any

from cfnlint.schema import PROVIDER_SCHEMA_MANAGER  # type: ignore[import-untyped] # it has no types

from tests.docs.documents import text


def create_only(kind: str) -> set[str]:
    """Properties that CloudFormation can only change by a new resource."""
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("eu-west-1", kind).schema
    return {path.rpartition("/")[2] for path in schema["createOnlyProperties"]}


def test_a4_url_moves_once_and_the_upgrade_says_so(template: dict[str, Any]) -> None:
    """To put an alias behind a function URL makes another URL, with another host."""
    assert template["Resources"]["FunctionUrl"]["Properties"].keys() >= {"Qualifier"}
    assert "Qualifier" in create_only("AWS::Lambda::Url")
    assert "**A function URL changes its host name, once.**" in text("upgrade")


def test_a4_alias_is_updated_in_place() -> None:
    """So that nothing which leads to it has to move."""
    assert create_only("AWS::Lambda::Alias") == {"Name", "FunctionName"}


def test_names_that_others_hold_are_kept(template: dict[str, Any]) -> None:
    assert template["Resources"]["Alias"]["Properties"]["Name"] == "live"
    assert template["Resources"]["Version"]["Type"] == "AWS::Lambda::Version"
