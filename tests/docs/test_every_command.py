"""Every command in the documents is accepted by the parser of the program that it is for.

What these tests parse only, other tests run: `make` and the commands of lab, report and artifact in
`tests/template`, `cookiecutter`, `cruft` and `sam init` in `test_ways_in`, `sam` by way of `make`. Parsed and
never run are the calls of `aws` but those in `test_policies`, `sam delete`, `sam logs`, and what needs a
stack on AWS.
"""

import json
import re
import subprocess
import sys
from argparse import ArgumentParser, Namespace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, Never

import botocore.session
import pytest
from botocore import xform_name
from cookiecutter.cli import main as cookiecutter
from cruft._cli import app as cruft
from typer.main import get_command

from tests.docs.commands import PROJECT, ROOT, Typed, of, of_modules, typed

CUSTOM: Final = {("logs", "tail"): {"--since", "--format"}}
"""Commands of the AWS CLI's own, which no model of a service describes."""
SAM: Final = """
import json, sys
from samcli.cli.main import cli
context = cli.make_context("sam", [], resilient_parsing=True)
for name, words in json.load(sys.stdin):
    command = cli.get_command(context, name)
    assert command is not None, name
    command.make_parser(command.make_context(name, [], resilient_parsing=True)).parse_args(args=list(words))
"""


class Accepted(Exception):  # noqa: N818 - it is no error
    """The arguments were parsed."""


def accept(
    parser: ArgumentParser, words: list[str] | None = None, namespace: Namespace | None = None
) -> Never:
    _, unknown = ArgumentParser.parse_known_args(parser, words, namespace)
    assert unknown == []
    raise Accepted


@pytest.mark.parametrize(
    "command", of_modules(), ids=lambda command: " ".join((command.program, *command.words))
)
def test_module_accepts_it(command: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("parse_args", "parse_intermixed_args"):
        monkeypatch.setattr(ArgumentParser, name, accept)
    monkeypatch.setattr(sys, "argv", [command.program, *command.words])
    package = find_spec(command.program)
    assert package is not None
    module = f"{command.program}.__main__" if package.submodule_search_locations else command.program
    run = import_module(module).main
    if command.words:
        with pytest.raises(Accepted):
            run()


def test_commands_are_found() -> None:
    programs = {command.program for command in typed()}
    assert programs >= {"aws", "cookiecutter", "cruft", "make", "sam", "telemetry.lab", "telemetry.report"}
    assert len(typed()) > 80


def targets(folder: Path) -> set[str]:
    """What can be made there, as `make` itself lists it."""
    listed = subprocess.run(
        ["make", "--print-data-base", "--no-builtin-rules", "--question", "help"],
        cwd=folder, capture_output=True, text=True, check=False,
    ).stdout  # fmt: skip
    return set(re.findall(r"^([a-z][\w-]*):(?!=)", listed, re.MULTILINE))


@pytest.mark.parametrize("command", of("make"), ids=lambda command: " ".join(command.words))
def test_make_has_the_target(command: Typed) -> None:
    makefiles = {folder: (folder / "Makefile").read_text(encoding="utf-8") for folder in (PROJECT, ROOT)}
    wanted = {word for word in command.words if "=" not in word}
    variables = {word.partition("=")[0] for word in command.words if "=" in word}
    assert any(wanted <= targets(folder) for folder in makefiles)
    # What `demo` hands on is read by the project's makefile.
    assert [name for name in variables if not any(f"$({name})" in text for text in makefiles.values())] == []


@pytest.mark.parametrize("command", of("aws"), ids=lambda command: " ".join(command.words))
def test_aws_knows_the_call(command: Typed) -> None:
    service, call, *words = command.words
    options = {word for word in words if word.startswith("--")}
    if (service, call) in CUSTOM:
        assert options <= CUSTOM[service, call]
        return
    model: Any = botocore.session.get_session().get_service_model(service)
    calls = {xform_name(name, "-"): name for name in model.operation_names}
    assert call in calls
    shape = model.operation_model(calls[call]).input_shape
    assert options <= {f"--{xform_name(name, '-')}" for name in shape.members} | {"--output", "--next-token"}


def test_sam_accepts_them() -> None:
    commands = [(command.words[0], command.words[1:]) for command in of("sam")]
    # `sam init --name` is named without its value.
    whole = [(name, words) for name, words in commands if words != ("--name",)]
    assert len(whole) > 3
    done = subprocess.run(
        [ROOT / ".venv-sam" / "bin" / "python", "-c", SAM],
        input=json.dumps(whole),
        env={"HOME": "/nonexistent", "SAM_CLI_TELEMETRY": "0", "PATH": "/usr/bin:/bin"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", of("cruft", "cookiecutter"), ids=lambda command: " ".join(command.words))
def test_generators_accept_them(command: Typed) -> None:
    program: Any = cookiecutter if command.program == "cookiecutter" else get_command(cruft)
    words = list(command.words)
    if command.program == "cruft":
        program = program.commands[words.pop(0)]
    context = program.make_context(command.program, [], resilient_parsing=True)
    program.make_parser(context).parse_args(args=words)
