"""How the double behaves: how long AWS takes for what, and how much it allows."""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Self


@dataclass(frozen=True, slots=True)
class Options:
    """Times are in seconds. On AWS most of them are longer; a client may rely on none."""

    port: int = 0
    """0 for any that is free."""
    update: float = 0.3
    """How long an update of a function, or its creation, is pending."""
    publish: float = 0.2
    """How long a published version is pending."""
    snapshot: float = 1.0
    """How much longer one is pending that gets a snapshot; its INIT comes on top."""
    provisioning: float = 0.5
    """How much longer provisioned concurrency takes than the INITs of its environments."""
    log_delay: float = 0.3
    """From what a function writes until CloudWatch Logs has it."""
    concurrency: int = 1000
    """Environments that an account may have at work at once."""
    idle: int = 12
    """Environments that wait for an event, at most; the longest idle one is ended when there are more."""
    cores: float = 0
    """Cores for environments at work; 0 for those of this machine."""
    python: str = ""
    """`RUNTIME=PATH`, such as `python3.13=/usr/bin/python3.13`: another Python for functions of one runtime.

    It needs the packages of Lambda's runtime. All others run in the Python of the double."""
    faults: str = ""
    """Faults to begin with, separated by commas: see `tests.lambda_api.faults`."""
    stacks: bool = False
    """Take SAM templates, and CloudFormation's types that moto lacks."""
    stdin: bool = False
    """Serve until stdin ends, and no longer."""

    def arguments(self) -> Iterator[str]:
        """Yield the command line that gives these options."""
        for field in fields(self):
            value = getattr(self, field.name)
            if field.type is bool:
                yield from [_flag(field.name)] if value else []
            elif value != field.default:
                yield from (_flag(field.name), str(value))

    @classmethod
    def parse(cls, arguments: Sequence[str]) -> Self:
        """Read a command line."""
        parser = argparse.ArgumentParser(
            prog="python -m tests.lambda_api", description="An AWS on loopback whose Lambda runs functions."
        )
        for field in fields(cls):
            if field.type is bool:
                parser.add_argument(_flag(field.name), action="store_true")
            else:
                kind = type(field.default)
                parser.add_argument(_flag(field.name), type=kind, default=field.default)
        return cls(**vars(parser.parse_args(arguments)))


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"
