"""`python -m artifact MAKEFILE FOLDER`: what `sam build` runs, by way of make."""

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from artifact.contents import (
    VARIABLE,
    ShipsError,
    compile_all,
    copy_folders,
    install_dependencies,
    interpreter,
)
from artifact.target import Target, TargetError

PROJECT = Path(__file__).parent.parent


def main(arguments: Sequence[str]) -> int:
    """Fill the folder; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m artifact", description="Build what is deployed.")
    parser.add_argument("makefile", type=Path, help="artifact/RUNTIME/ARCHITECTURE/Makefile of the target")
    parser.add_argument("folder", type=Path, help="where to put what is built")
    given = parser.parse_args(arguments)
    try:
        build(Target.of(given.makefile), given.folder)
    except (TargetError, ShipsError, subprocess.CalledProcessError) as error:
        sys.stderr.write(f"artifact: {error}\n")
        return 1
    return 0


def build(target: Target, folder: Path) -> None:
    """Build the artifact for one target."""
    install_dependencies(target, PROJECT / "requirements.txt", folder)
    copy_folders(PROJECT, folder)
    command = interpreter(target)
    if command:
        compile_all(command, folder)
    sys.stdout.write(_said(target, folder, command))


def _said(target: Target, folder: Path, command: str | None) -> str:
    sizes = [path.stat().st_size for path in folder.rglob("*") if path.is_file()]
    said = f"{target.runtime} on {target.architecture}: {len(sizes)} files, {sum(sizes) / 1e6:.1f} MB"
    if command:
        return f"{said}, compiled by {command}\n"
    # To stdout, because `sam build` shows stderr only when a build fails.
    return (
        f"{said}\nWARNING: without bytecode, as there is no {target.runtime} here. Every cold start "
        f"has to compile what it imports. Install that Python, or set {VARIABLE} to it, and build again.\n"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
