"""Mangum in versions of one's choice, in folders of their own; tests that cannot get one are skipped."""

import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

VERSIONS = ["0.19.0", "0.21.0", "0.22.0"]
"""All that the adapter is made for; not 0.20, which closed the loop after each event."""

PIP = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]


def install(version: str, folder: Path) -> Path:
    """Put this version, and nothing that it needs, into `folder`."""
    _pip(["install", "--no-deps", "--target", str(folder), f"mangum=={version}"], version)
    return folder


def unpack(version: str, folder: Path) -> Path:
    """Put the sources of this version into `folder`, its own tests among them; return where they are."""
    _pip(
        ["download", "--no-deps", "--no-binary", ":all:", "--dest", str(folder), f"mangum=={version}"],
        version,
    )
    with tarfile.open(folder / f"mangum-{version}.tar.gz") as archive:
        archive.extractall(folder, filter="data")
    return folder / f"mangum-{version}"


def _pip(arguments: list[str], version: str) -> None:
    ran = subprocess.run([*PIP, *arguments], capture_output=True, text=True, timeout=120, check=False)
    if ran.returncode != 0:
        pytest.skip(f"pip could not get mangum {version}: {ran.stderr.strip().splitlines()[-1]}")
