"""The files that are written: never one that is read, nor one for two; whole, or the command says why not."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from telemetry.report.errors import UnusableError
from telemetry.report.read.lines import STDIN
from telemetry.report.show.document import document
from telemetry.report.show.verdict import Verdict


def must_differ(outputs: Mapping[str, Path | None], inputs: Sequence[str]) -> None:
    """Refuse to write over an input, or two outputs to one file; devices, such as /dev/null, may be shared.

    Args:
        outputs: By the option that names them.
        inputs: As they are named on the command line.

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


def write(verdict: Verdict, json: Path | None, html: Path | None) -> Iterator[Path]:
    """Write the files that were asked for, and yield the path of each.

    Raises:
        UnusableError: A file cannot be written.
    """
    if json:
        encoded = msgspec.json.format(msgspec.json.encode(document(verdict)), indent=2)
        yield _write(json, f"{encoded.decode()}\n")
    if html:
        from telemetry.report.show.page import page  # noqa: PLC0415  # charts take a second to import

        yield _write(html, page(verdict))


def _write(path: Path, text: str) -> Path:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UnusableError(f"{path}: cannot be written ({error.strerror}).") from error
    return path
