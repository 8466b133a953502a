"""Clients of AWS that wait when they are throttled, and what AWS refuses as one sentence."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
)

from telemetry.report.errors import UnusableError

ATTEMPTS: Final = 12
"""Waits grow to 20 s each: minutes of throttling are sat out."""

UNCONFIGURED: Final = (NoCredentialsError, NoRegionError, PartialCredentialsError, ProfileNotFound)
CONFIGURE: Final = "set AWS_DEFAULT_REGION and AWS_PROFILE, or run `aws configure`."
"""Boto3 reads no AWS_REGION."""


def client(service: str, **options: Any) -> Any:
    """Make a client; boto3 finds identity and region (profile, variables, role).

    Args:
        service: Such as `logs`.
        options: Of botocore's Config, where they differ from those of a patient client.

    Raises:
        UnusableError: No region is configured.
    """
    make: Callable[..., Any] = boto3.client  # its overloads know literal names only
    patient = {"retries": {"mode": "standard", "total_max_attempts": ATTEMPTS}}
    with explained(service):
        return make(service, config=Config(**{**patient, **options}))


@contextmanager
def explained(what: str) -> Iterator[None]:
    """Raise what AWS refuses as an error of one sentence; `what` says what was asked for.

    Raises:
        UnusableError: AWS refused, could not be reached, or knows nobody by these credentials.
    """
    try:
        yield
    except ClientError as error:
        said = error.response.get("Error", {})
        raise UnusableError(f"{what}: {said.get('Code', 'Error')}: {said.get('Message', error)}") from error
    except UNCONFIGURED as error:
        raise UnusableError(f"{what}: {str(error).removesuffix('.')}: {CONFIGURE}") from error
    except BotoCoreError as error:
        raise UnusableError(f"{what}: {error}") from error
