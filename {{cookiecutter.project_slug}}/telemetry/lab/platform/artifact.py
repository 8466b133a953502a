"""Runs what `sam build` made: nothing can be imported but that and the packages of Lambda's runtime."""

import re
import sysconfig
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Final

from telemetry.lab.usage import UsageError

RUNTIME_PACKAGES: Final = ("awslambdaric", "boto3")
"""With their dependencies, these are all packages of Lambda's runtime."""

_EXTENSION_MODULE: Final = re.compile(r"\.(cpython-\d+-[\w-]+)\.so")


def check_artifact(folder: Path, handler: str) -> None:
    """Check that this Python can run the artifact, and that the handler is in it.

    Raises:
        UsageError: It cannot run it, or the handler is missing.
    """
    module = handler.rpartition(".")[0].replace(".", "/")
    if not any((folder / name).is_file() for name in (f"{module}.py", f"{module}/__init__.py")):
        raise UsageError(
            f"--artifact {folder}: there is no {module}.py in it; give the folder that `sam build` made"
        )
    mine = str(sysconfig.get_config_var("SOABI"))
    tags = {found[1] for path in folder.rglob("*.so") if (found := _EXTENSION_MODULE.search(path.name))}
    if wrong := tags - {mine}:
        raise UsageError(
            f"--artifact {folder}: it was built for {', '.join(sorted(wrong))}, but this Python is {mine}; "
            "run the lab with the Python and on the processor that it was built for"
        )


def runtime_packages(parent: Path) -> Path:
    """Make a folder with links to the packages of Lambda's runtime.

    Raises:
        UsageError: One of these packages is not installed here.
    """
    folder = parent / "runtime"
    folder.mkdir()
    for found in _with_dependencies():
        for path in _top_level(found):
            (folder / path.name).symlink_to(path)
    return folder


def _with_dependencies() -> list[Distribution]:
    """Return the packages of the runtime, and whatever they depend on."""
    found: dict[str, Distribution] = {}
    wanted = list(RUNTIME_PACKAGES)
    while wanted:
        name = wanted.pop()
        if name in found:
            continue
        try:
            found[name] = distribution(name)
        except PackageNotFoundError as error:
            raise UsageError(
                f"--artifact: the package {name} is part of Lambda's runtime, but it is not installed here"
            ) from error
        needs = [need for need in found[name].requires or () if "extra ==" not in need]
        wanted += [re.split(r"[^\w.-]", need, maxsplit=1)[0] for need in needs]
    return list(found.values())


def _top_level(found: Distribution) -> set[Path]:
    names = {path.parts[0] for path in found.files or () if path.parts[0] not in {"..", "__pycache__"}}
    return {Path(str(found.locate_file(name))).absolute() for name in names}
