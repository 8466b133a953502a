from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.template.trees import FOLDER

TEMPLATE = Path(__file__).parents[2] / FOLDER / "template.yaml"


class Loader(yaml.SafeLoader):
    """Takes CloudFormation's tags for nothing, but keeps what a list with a tag holds."""


def _items(loader: yaml.SafeLoader, _: str, node: yaml.Node) -> list[Any] | None:
    return loader.construct_sequence(node, deep=True) if isinstance(node, yaml.SequenceNode) else None


Loader.add_multi_constructor("!", _items)


@pytest.fixture(scope="session")
def template() -> dict[str, Any]:
    found: dict[str, Any] = yaml.load(TEMPLATE.read_text(encoding="utf-8"), Loader)  # noqa: S506 - it is a safe one
    return found
