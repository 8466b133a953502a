"""The headers of each OTLP request: mostly credentials."""

import json
from collections.abc import Mapping
from typing import Any, Protocol

from telemetry.settings import checked_headers, parse_headers


class OtlpHeaders:
    """Headers from the environment, and those kept in AWS, which are fetched once, before the first export.

    Fetching needs boto3, which is part of Lambda's runtime, and takes some hundred milliseconds.
    """

    def __init__(self, given: Mapping[str, str], arn: str | None) -> None:
        self._given = given
        self._arn = arn
        self._fetched: Mapping[str, str] = {}

    @property
    def complete(self) -> bool:
        """Whether there is nothing left to fetch."""
        return self._arn is None

    @property
    def all(self) -> Mapping[str, str]:
        """The headers, as far as they are known."""
        return {**self._given, **self._fetched}

    def fetch(self) -> None:
        """Fetch the headers that are kept in AWS; raises what boto3 raises.

        Raises:
            ValueError: The secret's or the parameter's text holds no headers.
        """
        if self._arn is not None:
            self._fetched = parse_secret(_text(self._arn))
            self._arn = None


def parse_secret(text: str) -> Mapping[str, str]:
    """Read a JSON object of headers, as Secrets Manager's console writes it, or `name=value,name=value`.

    Raises:
        ValueError: It is neither, or HTTP cannot carry a header.
    """
    if not text.lstrip().startswith("{"):
        return parse_headers(text)
    headers = json.loads(text)
    if not all(isinstance(value, str) for value in headers.values()):
        raise ValueError("not an object of texts")
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
