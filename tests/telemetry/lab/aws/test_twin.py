import pytest
from botocore.loaders import Loader

from telemetry.lab.aws.state import state_of
from telemetry.lab.aws.twin import where_of
from telemetry.report.errors import UnusableError


@pytest.mark.parametrize(
    ("endpoint", "where"),
    [
        ("https://lambda.eu-west-1.amazonaws.com", "lambda"),
        ("https://lambda.cn-north-1.amazonaws.com.cn", "lambda"),
        ("https://lambda.eu-west-1.api.aws", "lambda"),
        ("https://vpce-1-2.lambda.eu-west-1.vpce.amazonaws.com", "lambda"),
        ("http://localhost:5005", "loopback"),
        ("https://lambda.eu-west-1.amazonaws.com.evil.example", "loopback"),
        ("https://notamazonaws.com", "loopback"),
        ("http://127.0.0.1:4566/lambda.amazonaws.com", "loopback"),
    ],
)
def test_only_a_host_of_aws_is_lambda(endpoint: str, where: str) -> None:
    assert where_of(endpoint) == where


def test_every_partition_of_aws_is_lambda() -> None:
    """The European Sovereign Cloud, say, which has a suffix of its own."""
    for partition in Loader().load_data("partitions")["partitions"]:
        for suffix in (partition["outputs"]["dnsSuffix"], partition["outputs"]["dualStackDnsSuffix"]):
            assert where_of(f"https://lambda.some-region-1.{suffix}") == "lambda", suffix


def test_variables_that_cannot_be_read_are_not_taken_for_none() -> None:
    found = {
        "FunctionArn": "arn:aws:lambda:eu-west-1:123456789012:function:shop:3",
        "MemorySize": 128,
        "Environment": {"Error": {"ErrorCode": "AccessDeniedException", "Message": "kms"}},
    }
    with pytest.raises(UnusableError, match="could not put them back"):
        state_of(found)
    assert state_of({**found, "Environment": {}}).arn == "arn:aws:lambda:eu-west-1:123456789012:function:shop"
