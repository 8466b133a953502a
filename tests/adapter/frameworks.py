"""Frameworks from an environment of their own, whose versions get on with ours."""

import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / ".venv-libraries" / "lib"


def site_packages() -> Path:
    """Where they are; a test that needs them is skipped without them."""
    folder = FOLDER / "python{}.{}".format(*sys.version_info) / "site-packages"
    if not folder.is_dir():
        pytest.skip("make .venv-libraries/.installed")
    return folder
