"""`make minimal`: what is left passes every check of the project, alone and with a team's own app in it."""

import json
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import httpx2
import pytest

from tests.docs.documents import code
from tests.template.building import THIS, building, run
from tests.template.loopback_aws import CREDENTIALS, Account, loopback_aws
from tests.template.project import make
from tests.template.test_locks import pins
from tests.template.trees import FOLDER, git, tree

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

STACK = "support-tickets"
OWN_APP = Path(__file__).parent / "own_app"


def committed(project: Path, env: dict[str, str]) -> None:
    git(project, env, "init", "--quiet")
    git(project, env, "add", "--all")
    git(project, env, "commit", "--quiet", "--message=As generated")


@pytest.fixture(scope="module")
def building_env(home: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return building(home, tmp_path_factory.mktemp("stamp") / "installed", "python3.13")


def made(project: Path, env: dict[str, str], *arguments: str) -> str:
    """Run `make`, which also runs itself, as if all were installed."""
    Path(env["MAKEFLAGS"].rpartition("DEVELOPS=")[2]).touch()
    return run("make", *arguments, cwd=project, env=env)


@pytest.fixture(scope="module")
def minimal(baked: Path, building_env: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh project after `make minimal`, its locks renewed; do not write into it."""
    project = Path(shutil.copytree(baked, tmp_path_factory.mktemp("minimal") / STACK))
    committed(project, building_env)
    said = made(project, building_env, "minimal")
    assert "The app is service/app.py now" in said
    return project


@pytest.fixture
def project(minimal: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(minimal, tmp_path / minimal.name))


@pytest.mark.parametrize(
    ("target", "said"),
    [("lint", "All checks passed!"), ("test", " passed"), ("upstream", "Nothing was changed")],
)
def test_n1_own_checks_pass(project: Path, home: dict[str, str], target: str, said: str) -> None:
    assert said in make(project, home, target)


def test_n1_locks_hold_nothing_of_the_sample(minimal: Path, baked: Path) -> None:
    before, after = (pins(folder / "requirements.txt") for folder in (baked, minimal))
    gone = before.keys() - after.keys()
    assert {"numpy", "openpyxl", "py3langid", "structlog"} <= gone
    assert {name: before[name] for name in after} == after


def test_n1_it_measures_itself(project: Path, home: dict[str, str]) -> None:
    make(project, home, "measure", "QUICK=1")
    verdict = json.loads((project / "verdict.json").read_text(encoding="utf-8"))
    assert {arm["failed_requests"] for arm in verdict["arms"]} == {0}
    assert [resource["name"] for resource in verdict["resources"]] == ["greeting"]


def iter_until(lines: IO[str], text: str) -> Iterator[str]:
    for line in lines:
        yield line
        if text in line:
            return


def test_n1_it_serves(project: Path, home: dict[str, str]) -> None:
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.local_server", "--port", "0"],
        cwd=project, env=home, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert server.stderr is not None
        said = "".join(iter_until(server.stderr, "Application startup complete"))
        (address,) = re.findall(r"running on (http://[\d.:]+)", said)
        assert httpx2.get(address).json() == {"message": "Hello from a lifespan that ran once."}
    finally:
        server.send_signal(signal.SIGINT)
        server.communicate(timeout=30)


def deployed(project: Path, env: dict[str, str], sam: Path, aws: str) -> dict[str, Any]:
    """Deploy it to an AWS on loopback; return the function."""
    config = project / "samconfig.toml"
    text = config.read_text(encoding="utf-8").replace("Architecture=arm64", f"Architecture={THIS}")
    config.write_text(text, encoding="utf-8")
    with_aws = {**env, **CREDENTIALS, "AWS_ENDPOINT_URL": aws}
    made(project, {**with_aws, "AWS_REGION": "eu-west-1"}, "validate", f"SAM={sam}")
    made(project, with_aws, "deploy", f"SAM={sam}", "FLAGS=--no-confirm-changeset")
    return Account(aws, STACK).function()


@pytest.fixture
def aws(tmp_path: Path) -> Iterator[str]:
    with loopback_aws(tmp_path / "requests") as endpoint:
        yield endpoint


def test_n1_it_deploys(project: Path, building_env: dict[str, str], sam: Path, aws: str) -> None:
    function = deployed(project, building_env, sam, aws)
    assert function["Handler"] == "service.handler.handler"
    assert function["CodeSize"] < 10_000_000
    assert "TICKETS_TABLE" not in function["Environment"]["Variables"]


def with_own_app(project: Path, env: dict[str, str]) -> None:
    """Do what the document tells to, by its own commands and lines."""
    before, after = code("own-app", "toml")
    shutil.copytree(OWN_APP / "shop", project / "shop")
    for name in ("service/app.py", "tests/test_app.py"):
        shutil.copyfile(OWN_APP / Path(name).name, project / name)
    (project / "events" / "get-root.json").unlink()
    for name in ("get-price", "post-order"):
        shutil.copyfile(OWN_APP / f"{name}.json", project / "events" / f"{name}.json")
    pyproject = project / "pyproject.toml"
    text = pyproject.read_text(encoding="utf-8")
    for old, new in zip(before.splitlines(), after.splitlines(), strict=True):
        assert old in text, old
        text = text.replace(old, new)
    pyproject.write_text(text.replace('"fastapi>=0.165",', '"fastapi>=0.165",\n    "itsdangerous>=2.2",'))
    variables = "          SHOP_CURRENCY: EUR\n"
    template = project / "template.yaml"
    template.write_text(
        template.read_text(encoding="utf-8").replace(
            "        Variables:\n", f"        Variables:\n{variables}"
        )
    )
    for name in ("test_deployment", "test_combinations"):
        test = project / "tests" / f"{name}.py"
        value = '"SHOP_CURRENCY": "EUR",' if name == "test_deployment" else '"SHOP_CURRENCY",'
        text = test.read_text(encoding="utf-8")
        line = re.search(r'^( *)"LIFESPAN_PLACEMENT"', text, re.MULTILINE)
        assert line
        test.write_text(f"{text[: line.start()]}{line[1]}{value}\n{text[line.start() :]}", encoding="utf-8")
    makefile = project / "Makefile"
    text = makefile.read_text(encoding="utf-8")
    text = text.replace("VARIABLES ?=\n", "VARIABLES ?= SHOP_CURRENCY=EUR\n")
    events = "EVENTS ?= events/get-price.json=9 events/post-order.json=1\n"
    makefile.write_text(text.replace("EVENTS ?= events/get-root.json\n", events), encoding="utf-8")
    made(project, env, "lock")


@pytest.fixture(scope="module")
def own(minimal: Path, building_env: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A minimal project with a team's app in it: a package, a dependency, a variable, two routes."""
    project = Path(shutil.copytree(minimal, tmp_path_factory.mktemp("own") / STACK))
    with_own_app(project, building_env)
    return project


@pytest.mark.parametrize(("target", "said"), [("lint", "All checks passed!"), ("test", " passed")])
def test_n1_own_app_passes_the_checks(own: Path, home: dict[str, str], target: str, said: str) -> None:
    assert said in make(own, home, target)


def test_n1_own_app_is_measured(own: Path, home: dict[str, str]) -> None:
    make(own, home, "measure", "QUICK=1")
    verdict = json.loads((own / "verdict.json").read_text(encoding="utf-8"))
    assert {arm["failed_requests"] for arm in verdict["arms"]} == {0}
    assert [resource["name"] for resource in verdict["resources"]] == ["prices", "signer"]


def test_n1_own_app_deploys_with_its_package(
    own: Path, building_env: dict[str, str], sam: Path, aws: str, tmp_path: Path
) -> None:
    project = Path(shutil.copytree(own, tmp_path / own.name))
    function = deployed(project, building_env, sam, aws)
    assert function["Environment"]["Variables"]["SHOP_CURRENCY"] == "EUR"
    built = project / ".aws-sam" / "build" / "Function"
    assert (built / "shop" / "main.py").is_file()
    assert (built / "itsdangerous").is_dir()


def test_update_brings_nothing_of_the_sample_back(
    template: Path, building_env: dict[str, str], tmp_path: Path
) -> None:
    upstream, out = tmp_path / "upstream", tmp_path / "out"
    git(tmp_path, building_env, "clone", "--quiet", str(template), str(upstream))
    out.mkdir()
    run("cruft", "create", "--no-input", "--output-dir", out, upstream, cwd=tmp_path, env=building_env)
    (project,) = out.iterdir()
    committed(project, building_env)
    made(project, building_env, "minimal")
    git(project, building_env, "add", "--all")
    git(project, building_env, "commit", "--quiet", "--message=Minimal")
    before = tree(project, without=frozenset({".cruft.json"}))

    sample = upstream / FOLDER / "service" / "tickets.py"
    sample.write_text(sample.read_text() + "\n# Changed in the template.\n")
    overlay = upstream / FOLDER / "minimal" / "service" / "app.py"
    overlay.write_text(overlay.read_text() + "\n# Changed, too.\n")
    git(upstream, building_env, "commit", "--all", "--quiet", "--message=release")
    run("cruft", "update", "--skip-apply-ask", cwd=project, env=building_env)
    assert tree(project, without=frozenset({".cruft.json"})) == before
