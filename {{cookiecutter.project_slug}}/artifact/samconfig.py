"""Which stack a command is about: samconfig.toml, and the options that `sam deploy` knows as well."""

import tomllib
from argparse import ArgumentParser, Namespace
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import boto3

from artifact.parameters import setting

PROJECT: Final = Path(__file__).parent.parent


class ConfigError(Exception):
    """samconfig.toml does not say what to do. The text says why."""


@dataclass(frozen=True, slots=True)
class Target:
    """A stack, and where it is."""

    stack: str
    region: str | None
    profile: str | None

    def client(self, service: str) -> Any:
        """Make a client for the stack's region."""
        session: Any = boto3.Session(profile_name=self.profile, region_name=self.region)
        return session.client(service)


def add_options(parser: ArgumentParser) -> None:
    """Add what tells a stack from another one; the names are those of `sam deploy`."""
    parser.add_argument(
        "--config-env", default="default", help="part of samconfig.toml (default: %(default)s)"
    )
    parser.add_argument("--stack-name", help="instead of the one in samconfig.toml")
    parser.add_argument("--region", help="instead of the one in samconfig.toml")
    parser.add_argument("--profile", help="instead of the one in samconfig.toml")


def read(project: Path, config_env: str) -> dict[str, Any]:
    """Read samconfig.toml.

    Raises:
        ConfigError: It cannot be read, or has no such part. SAM would take every setting for absent.
    """
    try:
        found = tomllib.loads((project / "samconfig.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"samconfig.toml cannot be read: {error}") from error
    parts = [name for name, part in found.items() if isinstance(part, dict)]
    if config_env not in parts:
        raise ConfigError(f"samconfig.toml has no part {config_env!r}; there are: {', '.join(parts)}")
    return found


def target(config: dict[str, Any], given: Namespace) -> Target:
    """Return the stack that the options and the file name."""

    def found(option: str | None, name: str) -> Any:
        return option or setting(config, given.config_env, name)

    return Target(
        stack=found(given.stack_name, "stack_name") or "",
        region=found(given.region, "region"),
        profile=found(given.profile, "profile"),
    )
