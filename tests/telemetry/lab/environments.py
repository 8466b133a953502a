"""Virtual environments of apps: of links to what is installed here, or made by uv from a registry."""

import os
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

import pytest

RUNTIME_CLIENT = ("awslambdaric", "simplejson", "snapshot_restore_py")
STARLETTE = ("starlette", "anyio", "idna", "typing_extensions")


def linked(folder: Path, *packages: str) -> Path:
    """Make an environment of this Python that has these packages and no others; return its interpreter."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    site_packages = next(folder.glob("lib/python*/site-packages"))
    for package in packages:
        found = distribution(package)
        for name in {path.parts[0] for path in found.files or ()} - {"..", "__pycache__"}:
            (site_packages / name).symlink_to(str(found.locate_file(name)))
    return folder / "bin" / "python"


def install(python: Path, name: str, version: str, source: str) -> None:
    """Put a package of one module into an environment, as an installer would."""
    site_packages = next(python.parents[1].glob("lib/python*/site-packages"))
    metadata = site_packages / f"{name}-{version}.dist-info"
    metadata.mkdir()
    text = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    (metadata / "METADATA").write_text(text, encoding="utf-8")
    (site_packages / f"{name}.py").write_text(source, encoding="utf-8")


def uv_environment(folder: Path, python: str, *requirements: str) -> Path:
    """Make an environment of any Python by uv; skip the test where there is none, or no registry."""
    uv = Path(sys.executable).with_name("uv")
    make = ["venv", "--quiet", "--no-python-downloads", "--python", _interpreter(python), str(folder)]
    fill = ["pip", "install", "--quiet", "--python", str(folder), *requirements]
    for arguments in (make, fill):
        done = subprocess.run([uv, *arguments], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            pytest.skip(f"uv {arguments[0]}: {done.stderr.strip()[-300:]}")
    return folder / "bin" / "python"


def _interpreter(version: str) -> str:
    """Return the path of a Python of pyenv that is not on its PATH; else leave it to uv."""
    versions = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser() / "versions"
    return next(map(str, versions.glob(f"{version}.*/bin/python")), version)
