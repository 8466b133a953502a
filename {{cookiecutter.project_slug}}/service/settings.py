"""What the service reads from its environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from service.errors import SettingsError


@dataclass(frozen=True, slots=True)
class Settings:
    """The service's settings: complete, or not there at all."""

    tickets_table: str

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """Read the settings; raise `SettingsError` for a missing one.

        Credentials, region and endpoint (`AWS_ENDPOINT_URL_DYNAMODB`) are boto3's own to read.
        """
        return cls(tickets_table=_required(environ, "TICKETS_TABLE"))


def _required(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "").strip()
    if not value:
        raise SettingsError(f"The environment variable {name} is not set: the service cannot start.")
    return value
