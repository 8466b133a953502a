"""The files that are written: never one that is read, nor one for two."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from telemetry.report.errors import UnusableError
from telemetry.report.sources import STDIN


def must_differ(outputs: Mapping[str, Path | None], inputs: Sequence[str]) -> None:
    """Refuse to write over an input, or two outputs to one file; devices, such as /dev/null, may be shared.

    Raises:
        UnusableError: An output is the same file as an input or as the output before it.
    """
    taken = [("an input", Path("/dev/stdin" if name == STDIN else name)) for name in inputs]
    for option, path in outputs.items():
        if path is None:
            continue
        for what, other in taken:
            if _same(path, other):
                raise UnusableError(
                    f"{option} {path}: that is {what} too. Name another file; none was written."
                )
        taken.append((f"the file of {option}", path))


def _same(path: Path, other: Path) -> bool:
    try:
        if path.exists() and other.exists():
            return path.is_file() and path.samefile(other)
        return path.resolve() == other.resolve()
    except (OSError, RuntimeError, ValueError):  # no such name, or a loop of links: writing says so
        return False
