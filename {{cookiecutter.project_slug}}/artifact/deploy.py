"""`python -m artifact.deploy`: `sam deploy` with the parameters of samconfig.toml and the id of the release.

With SnapStart or provisioned concurrency, requests go to a published version, which keeps its code and its
settings. One is published for each new id, so without a new id a changed parameter would reach no request.
"""

import argparse
import hashlib
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from adapter.placement import PlacementError, parse_weights

PROJECT = Path(__file__).parent.parent
BUILD = Path(".aws-sam/build")
EXPERIMENT: Final = re.compile(r"(?:^|\s)Experiment=(\S+)")


def main(arguments: Sequence[str] | None = None) -> int:
    """Deploy what is built; return the exit code of `sam deploy`."""
    parser = argparse.ArgumentParser(prog="python -m artifact.deploy", description=__doc__)
    parser.add_argument(
        "--config-env", default="default", help="part of samconfig.toml (default: %(default)s)"
    )
    parser.add_argument("--sam", default="sam", help="the SAM CLI (default: %(default)s)")
    given, more = parser.parse_known_args(arguments)
    if not (PROJECT / BUILD).is_dir():
        parser.error("nothing is built: run `make build`")
    try:
        command = deploy_command(PROJECT, given.sam, given.config_env)
    except PlacementError as error:
        parser.error(f"the parameter Experiment of samconfig.toml: {error}")
    return subprocess.run((*command, *more), cwd=PROJECT, check=False).returncode


def deploy_command(project: Path, sam: str, config_env: str) -> tuple[str, ...]:
    """Put the command together. What it says of parameters replaces the file's, so it repeats them.

    Raises:
        PlacementError: The function would refuse the experiment at every start.
    """
    config = tomllib.loads((project / "samconfig.toml").read_text(encoding="utf-8"))
    overrides = parameter_overrides(config, config_env)
    check_experiment(overrides)
    release = f"ReleaseId={release_id(project / BUILD, overrides)}"
    return (sam, "deploy", "--config-env", config_env, "--parameter-overrides", *overrides, release)


def parameter_overrides(config: Mapping[str, Any], config_env: str) -> list[str]:
    """Return the parameters that the file has for `sam deploy`, a list or one string as there."""
    part = config.get(config_env, {})
    for command in ("deploy", "global"):
        found = part.get(command, {}).get("parameters", {}).get("parameter_overrides")
        if found is not None:
            return [found] if isinstance(found, str) else list(found)
    return []


def check_experiment(overrides: Sequence[str]) -> None:
    """Read the experiment as the function will, since the template's pattern knows only half of its rule.

    Raises:
        PlacementError: It is one that no environment could start with.
    """
    for text in overrides:
        if found := EXPERIMENT.search(text):
            parse_weights(found[1].strip("\"'"))


def release_id(build: Path, overrides: Iterable[str]) -> str:
    """Return 12 hex digits that differ when anything does that `sam build` left in a folder, or a parameter.

    Bytecode counts by its presence only, because Python does not promise the same bytes twice.
    """
    digest = hashlib.sha256()
    for text in sorted(overrides):
        digest.update(f"{text}\0".encode())
    for path in _files(build):
        content = b"" if path.suffix == ".pyc" else path.read_bytes()
        digest.update(f"{path.relative_to(build).as_posix()}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:12]


def _files(folder: Path) -> Iterator[Path]:
    yield from sorted(path for path in folder.rglob("*") if path.is_file())


if __name__ == "__main__":
    sys.exit(main())
