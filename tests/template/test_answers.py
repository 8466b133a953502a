"""Every answer gives a sound project, an awkward one too."""

import itertools
import json
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.template.trees import FOLDER, Generate, tree

CONTEXT = json.loads((Path(__file__).parents[2] / "cookiecutter.json").read_text(encoding="utf-8"))
STACK_NAME = re.compile(r"[a-z][a-z0-9-]{0,62}")


def toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def test_first_choice_is_the_default(baked: Path) -> None:
    config = (baked / "samconfig.toml").read_text()
    assert "python3.13" in config
    assert "arm64" in config


@pytest.mark.parametrize(
    ("runtime", "architecture", "memory"),
    list(itertools.product(CONTEXT["python_runtime"], CONTEXT["architecture"], CONTEXT["memory_mb"])),
)
def test_every_choice(generate: Generate, runtime: str, architecture: str, memory: str) -> None:
    project = generate(python_runtime=runtime, architecture=architecture, memory_mb=memory)
    for command in ("build", "deploy"):
        overrides = toml(project / "samconfig.toml")["default"][command]["parameters"]["parameter_overrides"]
        for answer in (f"Runtime={runtime}", f"Architecture={architecture}", f"MemorySize={memory}"):
            assert answer in overrides


@pytest.mark.slow
def test_choices_carry_no_other_difference(generate: Generate, baked: Path) -> None:
    project = generate(python_runtime="python3.14", architecture="x86_64", memory_mb="512")
    differing = {name for name, digest in tree(project).items() if tree(baked).get(name) != digest}
    assert differing <= {"README.md", "samconfig.toml", "pyproject.toml"}


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Support Tickets", "support-tickets"),
        ('Joe\'s "quoted" \\ service', "joe-s-quoted-service"),
        ("🎫🎫", "lambda-service"),
        ("2nd line support", "app-2nd-line-support"),
        ("サポート窓口", "sahotochuang-kou"),
        ("Поддержка", "podderzhka"),
        ("---", "lambda-service"),
        ("a" * 90, "a" * 40),
    ],
)
def test_awkward_name(generate: Generate, name: str, slug: str) -> None:
    project = generate(project_name=name, description=name, author=name)
    assert project.name == slug
    assert STACK_NAME.fullmatch(slug)
    metadata = toml(project / "pyproject.toml")["project"]
    assert metadata["name"] == slug
    assert metadata["description"] == name
    assert metadata["authors"] == [{"name": name}]
    assert toml(project / "samconfig.toml")["default"]["global"]["parameters"]["stack_name"] == slug
    assert name in (project / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("answer", "value"),
    [("project_slug", "Not A Slug"), ("project_slug", "1st"), ("aws_region", 'eu"west')],
)
def test_bad_answer_is_refused(
    template: Path, home: dict[str, str], tmp_path: Path, answer: str, value: str
) -> None:
    done = subprocess.run(
        ["cookiecutter", "--no-input", "--output-dir", tmp_path, template, f"{answer}={value}"],
        env=home,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert f"{answer} must" in done.stdout + done.stderr
    assert list(tmp_path.iterdir()) == []


def test_copied_files_are_untouched(template: Path, baked: Path) -> None:
    rendered = {"README.md", "samconfig.toml", "pyproject.toml"}
    source, result = tree(template / FOLDER), tree(baked)
    assert source.keys() == result.keys()
    assert {name for name in source if source[name] != result[name]} == rendered


def test_nothing_is_left_unrendered(baked: Path) -> None:
    for name in ("README.md", "samconfig.toml", "pyproject.toml"):
        text = (baked / name).read_text(encoding="utf-8")
        assert "{{" not in text
        assert "cookiecutter." not in text


def test_every_question_has_a_prompt() -> None:
    questions = {name for name in CONTEXT if not name.startswith("_")}
    assert questions == CONTEXT["__prompts__"].keys()
    for name, value in CONTEXT.items():
        if isinstance(value, list) and not name.startswith("_"):
            assert set(value) == CONTEXT["__prompts__"][name].keys() - {"__prompt__"}
