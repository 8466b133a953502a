"""What the endpoint wants to be told with each export: credentials, mostly."""

import json
from collections.abc import Mapping
from typing import Any, Protocol

from telemetry.endpoint import checked_headers, parse_headers


class OtlpHeaders:
    """Given by the environment, or kept in AWS and fetched when they are first needed.

    Fetching takes boto3, which is part of Lambda's runtime, and some hundred milliseconds: once.
    """

    def __init__(self, given: Mapping[str, str], arn: str | None) -> None:
        self._given = given
        self._arn = arn
        self._fetched: Mapping[str, str] = {}

    @property
    def known(self) -> bool:
        """Whether there is nothing left to fetch."""
        return self._arn is None

    @property
    def all(self) -> Mapping[str, str]:
        """What is known of them."""
        return {**self._given, **self._fetched}

    def fetch(self) -> None:
        """Ask AWS; raises what boto3 raises, and `ValueError` for a text that holds no headers."""
        if self._arn is not None:
            self._fetched = parse_secret(_text(self._arn))
            self._arn = None


def parse_secret(text: str) -> Mapping[str, str]:
    """Read a JSON object of headers, as Secrets Manager's console writes it, or `name=value,name=value`."""
    if not text.lstrip().startswith("{"):
        return parse_headers(text)
    headers = json.loads(text)
    if not all(isinstance(value, str) for value in headers.values()):
        raise ValueError("no headers")
    return checked_headers(headers)


class _Client(Protocol):
    def get_secret_value(self, **names: str) -> Any: ...
    def get_parameter(self, **names: Any) -> Any: ...


def _text(arn: str) -> str:
    service, region = arn.split(":")[2:4]
    client = _client(service, region)
    if service == "ssm":
        return str(client.get_parameter(Name=arn, WithDecryption=True)["Parameter"]["Value"])
    return str(client.get_secret_value(SecretId=arn)["SecretString"])


def _client(service: str, region: str) -> _Client:
    import boto3  # noqa: PLC0415 - heavy, and only for those who keep their headers in AWS

    client: _Client = boto3.session.Session().client(service, region_name=region)  # type: ignore[call-overload]
    return client
