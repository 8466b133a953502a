"""The calls of AWS that a process makes, written down by a `sitecustomize` that Python imports first."""

import json
from pathlib import Path
from typing import Any, Final, NamedTuple

from tests.docs import iam

SITECUSTOMIZE: Final = """
import json
import os
from botocore.client import BaseClient

call = BaseClient._make_api_call

def recorded(client, operation, arguments):
    service = client.meta.service_model.service_name
    line = json.dumps([service, operation, arguments], default=str)
    with open(os.environ["CALLS"], "a", encoding="utf-8") as calls:
        calls.write(line + "\\n")
    return call(client, operation, arguments)

BaseClient._make_api_call = recorded
"""


class Call(NamedTuple):
    """A call, as boto3 was told it."""

    service: str
    operation: str
    arguments: dict[str, Any]

    @property
    def action(self) -> str:
        """What IAM calls it."""
        return iam.action_of(self.service, self.operation)


def recorder(folder: Path) -> dict[str, str]:
    """Make a folder with the module; return the variables that a process needs for it."""
    (folder / "recorder").mkdir(parents=True, exist_ok=True)
    (folder / "recorder" / "sitecustomize.py").write_text(SITECUSTOMIZE, encoding="utf-8")
    return {"PYTHONPATH": str(folder / "recorder"), "CALLS": str(folder / "calls")}


def recorded(folder: Path) -> list[Call]:
    """Return the calls of all processes that had the variables, in order."""
    lines = (folder / "calls").read_text(encoding="utf-8").splitlines()
    return [Call(*json.loads(line)) for line in lines]
