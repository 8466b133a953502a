from cfnlint.schema import PROVIDER_SCHEMA_MANAGER  # type: ignore[import-untyped] # it has no types

from tests.deployment import REGION
from tests.rendering import Rendering


def test_release_replaces_the_version() -> None:
    """Two ids, two versions: CloudFormation has to make a new one when this property changes."""
    version = Rendering(ProvisionedConcurrency="2", ReleaseId="0123").template()["Resources"]["Version"]
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(REGION, version["Type"]).schema
    assert version["Properties"]["Description"] == {"Ref": "ReleaseId"}
    assert "/properties/Description" in schema["createOnlyProperties"]


def test_release_changes_the_function() -> None:
    """Lambda publishes no version of a function that is as it was."""
    function = Rendering(ProvisionedConcurrency="2", ReleaseId="0123").template()["Resources"]["Function"]
    assert function["Properties"]["Description"] == {"Fn::Sub": "Release ${ReleaseId}"}
