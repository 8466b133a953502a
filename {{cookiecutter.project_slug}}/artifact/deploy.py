"""`python -m artifact.deploy`: `sam deploy` with every parameter and the id of the release.

Requests go to a published version, which keeps its code and its settings. One is published for each new id,
so without a new id a changed parameter would reach no request. The version that served before is kept for
`make rollback`; older ones are deleted.
"""

import argparse
import contextlib
import hashlib
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from adapter.placement import PlacementError
from artifact import samconfig, versions
from artifact.parameters import ParameterError, check_built, check_experiment, defaults, pairs
from artifact.samconfig import PROJECT, ConfigError, Target
from artifact.twin import TwinError, check_no_run, check_tag

BUILD: Final = Path(".aws-sam/build")
UNKNOWN: Final = (BotoCoreError, ClientError, KeyError)
"""What is raised where there is no stack yet, or nobody may look."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Deploy what is built; return the exit code of `sam deploy`."""
    parser = argparse.ArgumentParser(prog="python -m artifact.deploy", description=__doc__)
    samconfig.add_options(parser)
    parser.add_argument("--sam", default="sam", help="the SAM CLI (default: %(default)s)")
    parser.add_argument(
        "--parameter-overrides",
        nargs="+",
        default=[],
        metavar="NAME=VALUE",
        help="beside those of samconfig.toml",
    )
    parser.add_argument(
        "--tags", nargs="+", metavar="NAME=VALUE", help="of the stack, instead of those of samconfig.toml"
    )
    given, more = parser.parse_known_args(arguments)
    if not (PROJECT / BUILD).is_dir():
        parser.error("nothing is built: run `make build`")
    try:
        config = samconfig.read(PROJECT, given.config_env)
        overrides = [*pairs(config, given.config_env, "parameter_overrides"), *given.parameter_overrides]
        check_tag(overrides, given.tags or pairs(config, given.config_env, "tags"))
        command = deploy_command(PROJECT, given.sam, given.config_env, overrides)
    except (ConfigError, ParameterError, TwinError) as error:
        parser.error(str(error))
    except PlacementError as error:
        parser.error(f"the parameter Experiment of samconfig.toml: {error}")
    return deploy(samconfig.target(config, given), (*command, *_named(given), *more))


def deploy(stack: Target, command: Sequence[str]) -> int:
    """Run the command and delete old releases, unless the stack is being measured; return the exit code."""
    try:
        unseen = check_no_run(stack)
    except TwinError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if unseen is not None:
        sys.stderr.write(f"{stack.stack}: whether it is being measured cannot be seen. {unseen}\n")
    before = serving(stack)
    try:
        code = run(command)
    except OSError as error:
        sys.stderr.write(f"{command[0]}: {error.strerror}. Name the SAM CLI: make deploy SAM=/path/to/sam\n")
        return 1
    if code == 0 and before is not None:
        keep_two(stack, before)
    return code


def run(command: Sequence[str]) -> int:
    """Run a command to its end, and return its exit code.

    Ctrl-C is the command's, which has it from the terminal as well: SAM says what it leaves undone.

    Raises:
        OSError: There is no such command.
    """
    with subprocess.Popen(command, cwd=PROJECT) as process:
        while True:
            with contextlib.suppress(KeyboardInterrupt):
                return process.wait()


def deploy_command(project: Path, sam: str, config_env: str, overrides: Sequence[str]) -> tuple[str, ...]:
    """Put the command together. What it says of parameters replaces the file's, so it names them all.

    A parameter that comes twice has its last value, which is never the default.

    Raises:
        ParameterError: What was built cannot run with these parameters.
        PlacementError: The function would refuse the experiment at every start.
    """
    check_experiment(overrides)
    every = (*defaults(project / BUILD / "template.yaml"), *overrides)
    check_built(project / BUILD.with_suffix(".toml"), every)
    release = f"ReleaseId={release_id(project / BUILD, overrides)}"
    return (sam, "deploy", "--config-env", config_env, "--parameter-overrides", *every, release)


def _named(given: argparse.Namespace) -> Iterator[str]:
    """Pass on the options that are read here as well."""
    for option in ("stack_name", "region", "profile"):
        if value := getattr(given, option):
            yield from (f"--{option.replace('_', '-')}", value)
    if given.tags:
        yield from ("--tags", *given.tags)


def serving(stack: Target) -> versions.Live | None:
    """Return the version that serves; None before there is one."""
    try:
        return versions.live(stack.client("cloudformation"), stack.client("lambda"), stack.stack)
    except UNKNOWN:
        return None


def keep_two(stack: Target, before: versions.Live) -> None:
    """Delete the releases that neither serve nor served until now. Not to be allowed to is no failure."""
    functions: Any = stack.client("lambda")
    try:
        now = versions.live(stack.client("cloudformation"), functions, stack.stack)
        if now.version == before.version:
            return
        deleted = versions.delete_all_but(functions, now.function, (now.version, before.version))
    except UNKNOWN as error:
        sys.stderr.write(f"Old versions are still there: {error}\n")
        return
    gone = f"; deleted: {', '.join(map(str, deleted))}" if deleted else ""
    sys.stdout.write(f"Version {now.version} serves, {before.version} is kept for `make rollback`{gone}.\n")


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
