from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3
import pytest
from fastapi.testclient import TestClient
from moto import mock_aws

from service.app import create_app
from tests import tickets_table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.fixture(scope="session")
def dynamodb() -> Iterator["DynamoDBClient"]:
    """DynamoDB inside this process, with the table in it."""
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        patch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
        for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_DYNAMODB"):
            patch.delenv(name, raising=False)
        client = boto3.client("dynamodb")
        tickets_table.create(client)
        yield client


@pytest.fixture(scope="session")
def table(dynamodb: "DynamoDBClient") -> str:
    name: str = tickets_table.definition()["TableName"]
    return name


@pytest.fixture(scope="session")
def client(table: str) -> Iterator[TestClient]:
    """A caller of the started app."""
    with TestClient(create_app({"TICKETS_TABLE": table})) as client:
        yield client
