"""A built artifact in the place of the project: with what Lambda itself has, and nothing else from here."""

import re
import sysconfig
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Final

from telemetry.lab.run.settings import UsageError

LAMBDA_HAS: Final = ("awslambdaric", "boto3")
"""With what these need, they are all that Lambda's runtime has beside Python's own library."""

_TAGGED: Final = re.compile(r"\.(cpython-\d+-[\w-]+)\.so")


def check_artifact(folder: Path, handler: str) -> None:
    """Check that this Python can run the artifact, and that the handler is in it.

    Raises:
        UsageError: it cannot, or is not.
    """
    module = handler.rpartition(".")[0].replace(".", "/")
    if not any((folder / name).is_file() for name in (f"{module}.py", f"{module}/__init__.py")):
        raise UsageError(f"--artifact {folder}: there is no {module}.py; is it what `sam build` made?")
    mine = str(sysconfig.get_config_var("SOABI"))
    tags = {found[1] for path in folder.rglob("*.so") if (found := _TAGGED.search(path.name))}
    if wrong := tags - {mine}:
        raise UsageError(
            f"--artifact {folder}: built for {', '.join(sorted(wrong))}, and this is {mine}; run the lab "
            "with that Python, on that processor"
        )


@contextmanager
def lambda_packages(artifact: Path | None) -> Iterator[Path | None]:
    """Make a folder, for as long as it is needed, that stands for Lambda's own.

    Raises:
        UsageError: a package is not installed here.
    """
    if artifact is None:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="lab-") as name:
        for found in _closure():
            for path in _top_level(found):
                (Path(name) / path.name).symlink_to(path)
        yield Path(name)


def _closure() -> list[Distribution]:
    """Return the packages with all that they need."""
    found: dict[str, Distribution] = {}
    wanted = list(LAMBDA_HAS)
    while wanted:
        name = wanted.pop()
        if name in found:
            continue
        try:
            found[name] = distribution(name)
        except PackageNotFoundError as error:
            raise UsageError(f"--artifact: {name} is not installed, which Lambda's runtime has") from error
        needs = [need for need in found[name].requires or () if "extra ==" not in need]
        wanted += [re.split(r"[^\w.-]", need, maxsplit=1)[0] for need in needs]
    return list(found.values())


def _top_level(found: Distribution) -> set[Path]:
    names = {path.parts[0] for path in found.files or () if path.parts[0] not in {"..", "__pycache__"}}
    return {Path(str(found.locate_file(name))).absolute() for name in names}
