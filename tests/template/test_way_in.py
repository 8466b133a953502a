"""A new project: what it says when something is missing, and what its README tells to type."""

import json
import re
import shlex
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from tests.template.building import run
from tests.template.project import make
from tests.template.trees import Generate, git


def said(project: Path, env: dict[str, str], *arguments: str) -> str:
    """What `make` says as it fails."""
    done = subprocess.run(
        ["make", *arguments], cwd=project, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    return done.stderr


@pytest.mark.parametrize("target", ["validate", "build", "deploy"])
def test_n6_missing_sam_is_named(baked: Path, home: dict[str, str], target: str) -> None:
    message = said(baked, home, target, "SAM=no-sam-here")
    assert "The AWS SAM CLI is not here. Install it, by `pipx install aws-sam-cli` say, or name it" in message


@pytest.mark.parametrize("target", ["minimal", "adopt", "upstream"])
def test_old_python_is_named(baked: Path, home: dict[str, str], tmp_path: Path, target: str) -> None:
    old = tmp_path / "python3"
    pretend = 'exec python -c "import sys; sys.version_info = (3, 10, 12); $2"'
    old.write_text(f"#!/bin/sh\n{pretend}\n")
    old.chmod(0o755)
    assert "Python 3.11 or newer is needed" in said(baked, home, target, f"PYTHON={old}")


def test_n7_demo_installs_once_and_what_measuring_needs(
    template: Path, baked: Path, home: dict[str, str], tmp_path: Path
) -> None:
    """The project that it generates has the template's environment, and so finds everything installed."""
    planned = run("make", "--dry-run", "bake", cwd=template, env=home)
    installs = re.findall(r"-m artifact\.environment (.+)", planned)
    measures = '.venv "{{cookiecutter.project_slug}}/requirements-measure.txt" requirements-bake.txt'
    assert installs == [measures]
    assert "ln -s ../../.venv demo/support-tickets/.venv" in planned
    assert "touch .venv/.measures" in planned

    project = Path(shutil.copytree(baked, tmp_path / baked.name))
    assert "artifact.environment" in run("make", "--dry-run", "measure", cwd=project, env=home)
    (project / ".venv").mkdir()
    (project / ".venv" / ".measures").touch()
    assert "artifact.environment" not in run("make", "--dry-run", "measure", cwd=project, env=home)


def test_what_follows_a_new_lock_has_its_packages(baked: Path, home: dict[str, str], tmp_path: Path) -> None:
    """docs/own-app.md tells to say `make lock lint test`, with a dependency that is not installed yet."""
    project = Path(shutil.copytree(baked, tmp_path / baked.name))
    tools = project / ".venv" / "bin"
    tools.mkdir(parents=True)
    for name in ("uv", "ruff", "mypy", "python3"):
        tool = tools / name
        tool.write_text('#!/bin/sh\nfor last; do :; done\necho "$(basename "$0") $last" >> tools.log\n')
        tool.chmod(0o755)
    (tools / "uv").write_text((tools / "uv").read_text() + 'sleep 0.02; touch "$last"\n')
    (project / ".venv" / ".develops").touch()

    run("make", "lock", "lint", f"PYTHON={tools / 'python3'}", cwd=project, env=home)
    locked = ["uv requirements-dev.txt", "uv requirements.txt", "uv requirements-measure.txt"]
    said = (project / "tools.log").read_text(encoding="utf-8").splitlines()
    assert said[:3] == locked
    assert "python3 requirements-dev.txt" in said[3:]
    assert said.index("python3 requirements-dev.txt") < said.index("ruff .") < said.index("mypy ")


def test_make_lists_the_ways_in(baked: Path, home: dict[str, str]) -> None:
    listed = run("make", cwd=baked, env=home)
    assert "make minimal" in listed
    assert "make adopt" in listed
    assert "New here? README.md has the first steps" in listed


ANSWERS = {
    "project_name": 'Joe\'s "quoted" desk',
    "description": "What it does: $HOME, `ls` & more",
    "author": "Åsa O'Neill",
    "memory_mb": "512",
    "architecture": "x86_64",
}


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_n8_link_has_the_answers_that_were_given(
    generate: Generate, template: Path, home: dict[str, str]
) -> None:
    """As the README has the command, with the address of the template in it; then nothing differs."""
    project = generate(**ANSWERS)
    readme = (project / "README.md").read_text(encoding="utf-8")
    (command,) = re.findall(r"^ +(cruft link .+)$", readme, re.MULTILINE)
    git(project, home, "init", "--quiet")
    git(project, home, "add", "--all")
    git(project, home, "commit", "--quiet", "--message=As generated")

    words = shlex.split(command)
    words[words.index("TEMPLATE")] = str(template)
    words[words.index("VERSION")] = "main"
    run(*words, cwd=project, env=home)

    context = json.loads((project / ".cruft.json").read_text(encoding="utf-8"))["context"]["cookiecutter"]
    assert {name: context[name] for name in ANSWERS} == ANSWERS
    assert run("cruft", "diff", cwd=project, env=home) == ""


def test_n8_first_steps_begin_with_git(baked: Path, home: dict[str, str], tmp_path: Path) -> None:
    """Typed as they stand, in a folder that is in no repository."""
    project = Path(shutil.copytree(baked, tmp_path / baked.name))
    readme = (project / "README.md").read_text(encoding="utf-8")
    (command,) = re.findall(r"`(git init .+?)`", readme)
    run("sh", "-c", command, cwd=project, env=home)
    assert run("git", "status", "--porcelain", cwd=project, env=home) == ""


def test_n11_serve_names_pages_that_work_offline(baked: Path, home: dict[str, str]) -> None:
    """The hint is printed before anything is served; `/docs` of FastAPI would need a network."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    code = "import tests.local_server as s, uvicorn; uvicorn.run = lambda *_, **__: None; s.main()"
    hint = run(
        "python", "-c", f"import sys; sys.argv[1:] = ['--port', '{port}']; {code}", cwd=baked, env=home
    )
    addresses = re.findall(rf"http://127\.0\.0\.1:{port}(/\S+)", hint)
    assert any(re.fullmatch(r"/tickets/[0-9a-f]{32}", path) for path in addresses)
    assert "/docs" not in addresses


def with_a_widget(project: Path, metric: str) -> None:
    """Do what docs/operate.md tells: copy a line of template.yaml, change it, give each half of the row."""
    template = project / "template.yaml"
    lines = template.read_text(encoding="utf-8").splitlines(keepends=True)
    (place,) = (number for number, line in enumerate(lines) if '"title": "Tickets created"' in line)
    left = lines[place].replace('"width": 20', '"width": 10')
    right = left.replace('"x": 4', '"x": 14').replace("Tickets created", "Urgent tickets")
    lines[place : place + 1] = [left, right.replace('"TicketsCreated"', f'"{metric}"')]
    template.write_text("".join(lines), encoding="utf-8")


def tried(project: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run those tests of the project that look at the dashboard."""
    tests = ("tests/test_dashboard.py", "tests/test_deployment.py")
    return subprocess.run(
        ["python", "-m", "pytest", "-q", *tests],
        cwd=project, env=env, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_n13_own_widget_has_its_place(baked: Path, home: dict[str, str], tmp_path: Path) -> None:
    """In the team's own file: the project's tests look at it, and it is no change of the template's."""
    project = Path(shutil.copytree(baked, tmp_path / baked.name))
    with_a_widget(project, "UrgentTickets")

    before = tried(project, home)
    service = project / "service" / "tickets.py"
    counted = 'count("TicketsCreated")\n'
    text = service.read_text(encoding="utf-8")
    service.write_text(text.replace(counted, f'{counted}    count("UrgentTickets")\n'), encoding="utf-8")
    after = tried(project, home)

    assert before.returncode == 1
    assert "name='UrgentTickets'" in before.stdout  # the tests say which metric nobody publishes
    assert after.returncode == 0, after.stdout
    assert "Nothing was changed" in make(project, home, "upstream", "FLAGS=--check")


@pytest.mark.parametrize("readme", ["README.md", "{{cookiecutter.project_slug}}/README.md"])
def test_n14_five_minutes_are_enough(readme: str) -> None:
    """One sentence, then an output, then at most a handful of commands, and all that on the first page."""
    text = (Path(__file__).parents[2] / readme).read_text(encoding="utf-8")
    first = text.partition("\n# ")[2] or text.partition("# ")[2]
    sentence, verdict, command = first.find("**"), first.find("Against stock Mangum"), first.find("    make ")
    assert 0 < sentence < verdict < command
    assert first[:command].count("\n") < 40


def test_n14_what_each_kind_of_app_gains() -> None:
    text = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \*\*(.+?)\*\*", text.partition("## What you gain")[2], re.MULTILINE)
    assert [row.split()[-1] for row in rows[:3]] == ["server", "server", "clients"]
    assert rows[0] == "an MCP server"
